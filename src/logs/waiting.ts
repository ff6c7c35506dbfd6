/**
 * What programs print while something that they need is not up yet, or not any more: PostgreSQL and its clients, MySQL, Redis,
 * resolvers and sockets.
 */
const phrases = [
  '\\brefused\\b',
  'connection reset',
  'connection (?:was )?(?:closed|terminated|aborted|lost)',
  'connect(?:ion)?(?: attempt)? (?:failed|timed out|timeout)',
  'failed to connect',
  "(?:can't|cannot|could not|unable to) (?:connect|reach|resolve|translate host name)",
  'ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE',
  'broken pipe',
  'no route to host|host is unreachable|network is unreachable',
  'name resolution|name or service not known|no such host|unknown host|nodename nor servname',
  'is (?:starting up|shutting down|not (?:yet )?accepting connections)|in recovery mode|not (?:yet )?ready',
  'due to administrator command|server closed the connection|terminating connection',
  'lost connection|server has gone away',
  'LOADING Redis|MASTERDOWN',
  '(?:service|upstream) (?:is )?(?:temporarily )?unavailable',
]
const waits = new RegExp(phrases.join('|'), 'i')

/** Whether an error tells only that something else is not there. As long as not all is ready, that is no news. */
export function isWaiting(text: string): boolean {
  return waits.test(text)
}
