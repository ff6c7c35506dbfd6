/** A shape that secrets have. `hint` is part of every text that `shape` fits, whatever its case. */
interface Pattern {
  readonly hint: string
  readonly shape: RegExp
  readonly by: string
}

// Every repetition ends at a character that a new match can't start behind, or is bounded: time stays linear.
const secretWord =
  '(?:password|passwd|passphrase|_pwd|(?<![A-Za-z])pwd(?!["\']?\\s{0,4}[:=]\\s{0,4}["\']?/)|secret|token|credential|authorization|cookie|(?:api|access|private|auth|account|encryption|signing|master|shared)[_-]?key)'
const suffix = 's?(?:[_-]?(?:access[_-]?key|base|key|hash|value|b64|base64|\\d{1,2}))?'
// A quoted value ends at its quote or, where the line was cut, at the line's end.
const quoted = `\\\\{1,8}["'][^"'\\\\\\n\\u001b]*|"[^"\\\\\\n\\u001b]*(?:\\\\.[^"\\\\\\n\\u001b]*)*"?|'[^'\\\\\\n\\u001b]*(?:\\\\.[^'\\\\\\n\\u001b]*)*'?`
const bare = `[^\\s"'<>&;,\\u001b]+(?:,[^\\s"'<>&;,\\u001b]+)*`
// What is masked already keeps the quotes and brackets that follow it.
const unmasked = `(?!\\[?\\*{3}(?:,"|["\\\\\\]}\\n]|$))`
const value = `${unmasked}(?:(?:bearer|basic|token|digest|apikey|negotiate)\\s{1,4})?(?:${quoted}|${bare})`

const patterns: readonly Pattern[] = [
  {
    hint: '-----BEGIN',
    shape: /-----BEGIN [A-Z0-9 ]{1,60}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,60}-----|$)/g,
    by: '***',
  },
  {
    hint: 'authorization|cookie|api-key|apikey|-token',
    shape: new RegExp(
      `(?<![\\w/-])((?:(?:proxy-)?authorization|(?:set-)?cookie2?|x-api-key|api-key|apikey|(?:x-(?:auth|vault|gitlab|amz-security|csrf)|private|job|deploy)-token)(?:\\\\{0,8}["'])?\\s{0,4}:\\s{0,4}\\[?)${unmasked}(?:${quoted}|[^"'\\s\\u001b][^\\n\\u001b]*)`,
      'gi',
    ),
    by: '$1***',
  },
  {
    hint: '://',
    shape: /:\/\/(?:[^\s:/@"'<>]{0,128}:(?!\d{1,5}[/?#])[^\s"'<>]{0,256}@|[^\s/"'<>@]*(?:@[^\s/"'<>@]*)*@)/g,
    by: '://***@',
  },
  { hint: 'jdbc:oracle', shape: /(jdbc:oracle:\w{1,16}:)[^\s/@"']{1,128}\/[^\s@"']{0,128}@/gi, by: '$1***@' },
  {
    hint: 'x-amz-|signature|accesskeyid|x-goog-|[?&;]sig=|policy|key-pair-id',
    shape:
      /([?&;](?:X-Amz-(?:Signature|Credential|Security-Token)|X-Goog-(?:Signature|Credential)|Signature|AWSAccessKeyId|GoogleAccessId|Policy|Key-Pair-Id|sig)=)[^&\s"'<>\\\u001b]+/gi,
    by: '$1***',
  },
  {
    hint: 'password|identified',
    shape:
      /(\b(?:password|identified\s{1,8}by)\s{0,8}(?:password\s{1,8})?(?:[(=]\s{0,8})?(?:E|U&)?)'(?:[^'\n]|'')*'?/gi,
    by: "$1'***'",
  },
  {
    hint: 'pass|pwd|secret|token|credential|key|authorization|cookie',
    shape: new RegExp(`(${secretWord}${suffix}(?:\\\\{0,8}["'])?\\s{0,4}(?:=>|:=|[:=])\\s{0,4})${value}`, 'gi'),
    by: '$1***',
  },
  {
    hint: '--',
    shape: new RegExp(
      `(--[\\w-]{0,32}?(?:password|passwd|passphrase|secret|token|api-key|access-key|private-key)(?:["',]{1,3})?[ \\t]{1,4})${value}`,
      'gi',
    ),
    by: '$1***',
  },
  {
    hint: 'bearer|basic',
    shape: /\b([Bb]earer|BEARER|[Bb]asic|BASIC)(\s{1,4})(?=[a-z._~+/-]{0,512}[0-9A-Z=])[A-Za-z0-9._~+/=-]{8,}/g,
    by: '$1$2***',
  },
  {
    hint: 'eyJ',
    shape: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,3}/g,
    by: '***',
  },
  {
    hint: 'AKIA|ASIA|gh[pousr]_|github_pat_|gl[a-z]{1,5}-|npm_|xox[a-z]|xapp-|[rsp]k_|whsec_|AIza|ya29|SG\\.|pypi-|dckr_|dop_v1|hf_|sk-|hooks.slack',
    shape: new RegExp(
      `(?<![A-Za-z0-9])(?:${[
        '(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])',
        'gh[pousr]_[A-Za-z0-9]{16,}',
        'github_pat_[A-Za-z0-9_]{20,}',
        'gl(?:pat|ptt|dt|rt|cbt|ft|soat|imt|agent)-[A-Za-z0-9_.-]{16,}',
        'npm_[A-Za-z0-9]{20,}',
        'xox[abeoprs]-[A-Za-z0-9-]{10,}',
        'xapp-[A-Za-z0-9-]{10,}',
        '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}',
        'whsec_[A-Za-z0-9+/=]{16,}',
        'AIza[A-Za-z0-9_-]{30,}',
        'ya29\\.[A-Za-z0-9_-]{16,}',
        'SG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,}',
        'pypi-[A-Za-z0-9_-]{32,}',
        'dckr_[a-z]{1,4}_[A-Za-z0-9_-]{16,}',
        'dop_v1_[a-f0-9]{32,}',
        'hf_[A-Za-z0-9]{30,}',
        'sk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}',
      ].join('|')})`,
      'g',
    ),
    by: '***',
  },
  { hint: 'hooks.slack', shape: /(hooks\.slack\.com\/(?:services|workflows)\/)[\w/-]+/gi, by: '$1***' },
  {
    hint: '\\$\\d|\\$2|\\$argon|pbkdf2|scram-sha',
    shape:
      /\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|\$argon2(?:id|i|d)\$[^\s"'<>\u001b]{8,}|\$[156y]\$[^\s$"'<>]{1,64}\$[./A-Za-z0-9$]{16,}|pbkdf2_sha\d{1,3}\$\d{1,9}\$[^\s$"']{1,128}\$[A-Za-z0-9+/=]{16,}|SCRAM-SHA-\d{1,3}\$\d{1,9}:[A-Za-z0-9+/=]{8,128}\$[A-Za-z0-9+/=:]{16,}/g,
    by: '***',
  },
]

const gate = new RegExp(patterns.map((pattern) => pattern.hint).join('|'), 'i')
const gates = patterns.map((pattern) => new RegExp(pattern.hint, 'i'))

/** Masks what looks like a secret though nobody named it. */
export function maskPatterns(text: string): string {
  if (!gate.test(text)) return text
  return patterns.reduce(
    (masked, { shape, by }, index) => (gates[index]?.test(masked) ? masked.replace(shape, by) : masked),
    text,
  )
}
