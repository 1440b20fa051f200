export { createLogger, type Logger } from './createLogger.js'
export { redactLine } from './redactLine.js'
export {
  type AnySender,
  type Fetch,
  type IntentTracing,
  type SpanNotes,
  startTracing,
  type Tracing,
  tracingOff,
} from './startTracing.js'
