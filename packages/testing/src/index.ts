export {
  type RecordedRequest,
  type ScriptedModel,
  startScriptedModel,
  type Turn,
} from './scripted-model/startScriptedModel.js'
