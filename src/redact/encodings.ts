/** All the forms in which a log may show a value, the value itself first. */
export function encodingsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8')
  const hex = bytes.toString('hex')
  return [
    ...new Set([
      value,
      ...base64Forms(bytes),
      hex,
      hex.toUpperCase(),
      ...uriForms(value),
      ...jsonForms(value),
      ...xmlForms(value),
      ...quotedForms(value),
    ]),
  ]
}

/** What of the encoding depends on the value alone, wherever in the encoded text it stands, and with its end where it ends it. */
function base64Forms(bytes: Buffer): string[] {
  const endings = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice([0, 2, 3][offset])
    const end = [0, 3, 2][(offset + bytes.length) % 3] ?? 0
    return { encoded, inside: encoded.slice(0, encoded.length - end) }
  })
  const forms = endings.flatMap(({ encoded, inside }) => [encoded, encoded.replace(/=+$/, ''), inside])
  // Tools wrap what they encode, by 76 columns (MIME) or 64 (PEM).
  const whole = forms[0] ?? ''
  const wrapped = [76, 64]
    .filter((width) => whole.length > width)
    .flatMap((width) => {
      return Array.from({ length: Math.ceil(whole.length / width) }, (_, index) =>
        whole.slice(index * width, (index + 1) * width),
      )
    })
  const all = [...forms, ...wrapped.filter((line) => line.length >= 12)]
  return [...all, ...all.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))]
}

function uriForms(value: string): string[] {
  const component = encodeURIComponent(value.toWellFormed())
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const forms = [component, strict, strict.replaceAll('%20', '+'), encodeURI(value.toWellFormed())]
  return [...forms, ...forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))]
}

function jsonForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const unicode = (text: string, wanted: RegExp) =>
    text.replace(wanted, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const ascii = unicode(json, /[\u007f-\uffff]/g)
  // Python escapes what is not ASCII, PHP slashes, Go what HTML would take for markup; a log line may be JSON in JSON.
  const forms = [json, ascii, json.replaceAll('/', '\\/'), unicode(json, /[<>&]/g)]
  return [...forms, ...forms.map((form) => JSON.stringify(form).slice(1, -1))]
}

function xmlForms(value: string): string[] {
  const base = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const quotes = ['"', '&quot;', '&#34;', '&#x22;']
  const apostrophes = ["'", '&apos;', '&#39;', '&#x27;']
  return quotes.flatMap((quote) =>
    apostrophes.map((apostrophe) => base.replaceAll('"', quote).replaceAll("'", apostrophe)),
  )
}

/** As shells and SQL write a quote inside quotes. */
function quotedForms(value: string): string[] {
  return [
    value.replaceAll("'", `'\\''`),
    value.replaceAll("'", `'"'"'`),
    value.replaceAll("'", "''"),
    value.replace(/["$`\\]/g, '\\$&'),
    value.replace(/[^\w@%+=:,./-]/g, '\\$&'),
  ]
}
