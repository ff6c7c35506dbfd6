interface Document {
  readonly query?: string | undefined
  readonly mutation?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>> | undefined
}

/** What is posted for a query or a mutation; the word `mutation` may be left out. */
export function graphqlBody({ query, mutation, variables }: Document): Readonly<Record<string, unknown>> {
  const named = mutation === undefined || /^\s*mutation\b/.test(mutation) ? mutation : `mutation ${mutation}`
  // A selection of the field `version` is no template.
  const document = (query ?? named ?? '').replaceAll('{version}', '{ version }')
  return { query: document, ...(variables ? { variables } : {}) }
}
