/** What git needs to find its way and its credentials, and no terminal to ask for any: nobody would answer. */
export function gitEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = ['PATH', 'HOME', 'SSH_AUTH_SOCK', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'no_proxy']
  const own = Object.entries(env).filter(([name]) => names.includes(name) || /^(GIT_|XDG_)/.test(name))
  const known = own.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return { ...Object.fromEntries(known), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }
}
