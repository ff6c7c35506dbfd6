/** Replaces what stands between `<!-- generated NAME -->` and `<!-- end NAME -->`. Throws where text and sections differ in names. */
export function fillMarkers(text: string, sections: ReadonlyMap<string, string>): string {
  const left = new Set(sections.keys())
  const filled = text.replace(
    /(<!-- generated ([\w-]+) -->\n).*?(<!-- end \2 -->)/gs,
    (_, start: string, name: string, end: string) => {
      const section = sections.get(name)
      if (section === undefined) throw new Error(`nothing generates "${name}"`)
      if (!left.delete(name)) throw new Error(`"${name}" stands there twice`)
      return `${start}\n${section.trim()}\n\n${end}`
    },
  )
  if (left.size > 0) throw new Error(`no place for: ${[...left].join(', ')}`)
  return filled
}
