export {
  BehestError,
  type ErrorFacts,
  type ErrorReport,
  type Retry,
} from './errors/BehestError.js'
export { type Stage, stages } from './stage.js'
