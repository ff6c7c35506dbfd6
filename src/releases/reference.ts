/**
 * The grammar of an image reference: name, optional tag, optional digest. Anything else is refused before it can
 * become an argument of a command. Source: the OCI distribution specification's name and tag grammar.
 */
const form =
  /^(?<name>(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?$/

const tagForm = /^\w[\w.-]{0,127}$/

export function isReference(reference: string): boolean {
  return form.test(reference) || /^sha256:[a-f0-9]{64}$/.test(reference)
}

export function isTag(tag: string): boolean {
  return tagForm.test(tag)
}

export function tagOf(reference: string): string | undefined {
  return form.exec(reference)?.groups?.tag
}

/** The same repository at another tag; a digest no longer holds and is dropped. */
export function withTag(reference: string, tag: string): string {
  return `${form.exec(reference)?.groups?.name ?? reference}:${tag}`
}

export function repositoryOf(reference: string): string {
  return form.exec(reference)?.groups?.name ?? reference
}
