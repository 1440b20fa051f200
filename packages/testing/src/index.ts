export {
  type ChaosOptions,
  type ChaosSummary,
  type MutantReport,
  MutantUnknownError,
  runChaos,
  runMutants,
} from './chaos/runChaos.js'
export type { RoundReport } from './chaos/runRound.js'
export { takePort } from './ports/takePort.js'
export {
  type RecordedRequest,
  type ScriptedModel,
  startScriptedModel,
  type Turn,
} from './scripted-model/startScriptedModel.js'
export {
  type ScriptedTelegram,
  ScriptedTelegramLateError,
  startScriptedTelegram,
  type TelegramButton,
  type TelegramCall,
  type TelegramFault,
  type TelegramMessage,
} from './scripted-telegram/startScriptedTelegram.js'
