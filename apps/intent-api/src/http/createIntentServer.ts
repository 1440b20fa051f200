import type { RequestListener, Server } from 'node:http'
import { createPromptServer } from '@behest/sdk'
import { renderBrokenRequest } from '../faces/renderBrokenRequest.js'

/** Creates the server of the intent API: each face is told in its own words. */
export function createIntentServer(app: RequestListener): Server {
  return createPromptServer(app, renderBrokenRequest)
}
