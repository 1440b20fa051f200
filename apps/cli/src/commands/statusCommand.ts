import { parseArgs } from 'node:util'
import { intentRecordSchema } from '@behest/spec'
import * as z from 'zod'
import { UsageError } from '../exitCodes.js'
import { renderRecord } from '../show/renderRecord.js'
import { createStackClient } from '../stack/createStackClient.js'
import { openStack } from '../stack/openStack.js'
import { readStackConfig } from '../stack/stackConfig.js'
import { toExitCode } from './doCommand.js'

/** `behest status <id>`: what became of an intent. */
export async function statusCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [id] = positionals
  if (!id) throw new UsageError('Give the id of an intent: behest status <id>.')
  const stack = await openStack({
    config: readStackConfig(process.env),
    onProgress: (message) => console.error(message),
  })
  try {
    const client = createStackClient(stack.config)
    const record = await client.get(id)
    console.log(
      values.json
        ? JSON.stringify(z.encode(intentRecordSchema, record), null, 2)
        : renderRecord(record),
    )
    return toExitCode(record)
  } finally {
    await stack.leave()
  }
}
