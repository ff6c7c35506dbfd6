export { Redactor } from './redactor.ts'
export { Sink } from './sink.ts'
