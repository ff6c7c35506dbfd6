/** How a value after the upgrade has to stand to the one before it. */
export const rules = ['unchanged', 'superset', 'grows', 'at-least'] as const
export type Rule = (typeof rules)[number]
