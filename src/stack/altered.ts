import type { Altered } from './checkpoint.ts'
import type { ComposeModel } from './compose-model.ts'

/** A resolved model in which some services have something else than their file says. */
export function alteredModel(model: ComposeModel, altered: Readonly<Record<string, Altered>>): ComposeModel {
  const services = Object.entries(model.services).map(([name, service]) => {
    const own = altered[name]
    if (!own) return [name, service]
    const { image, environment = {}, command } = own
    // Compose reads what is written for it once more: a dollar would begin a variable.
    const variables = Object.entries(environment).map(([key, value]) => [key, literal(value)])
    return [
      name,
      {
        ...service,
        ...(image === undefined ? {} : { image }),
        environment: { ...service.environment, ...Object.fromEntries(variables) },
        ...(command ? { command: command.map(literal) } : {}),
      },
    ]
  })
  return { ...model, services: Object.fromEntries(services) }
}

function literal(text: string): string {
  return text.replaceAll('$', '$$$$')
}
