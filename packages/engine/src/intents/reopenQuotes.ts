import type { OpenIntent } from '../openIntent.js'

/** Goes back to stage 2: everything after it is collected anew, and asked anew. */
export async function reopenQuotes(
  intent: OpenIntent,
  message: string,
): Promise<void> {
  const understood = intent.require('intent')
  await intent.append({
    artifact: understood.body,
    status: 'running',
    message,
  })
}
