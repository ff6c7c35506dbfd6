const any = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/
// Each part starts with a character that no repetition takes in, so no text makes this slow.
const escapes =
  /(?:\u001b\[|\u009b)[0-?]{0,256}[ -/]{0,16}[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090])[^\u0007\u001b\u009c\n]{0,4096}(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]{0,16}[0-~]/g
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text without terminal escapes and control characters; newlines and tabs stay. */
export function stripControls(text: string): string {
  return any.test(text) ? text.replace(escapes, '').replace(controls, '') : text
}
