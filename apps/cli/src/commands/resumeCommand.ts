import { parseArgs } from 'node:util'
import { UsageError } from '../exitCodes.js'
import { createStackClient } from '../stack/createStackClient.js'
import { openStack } from '../stack/openStack.js'
import { readStackConfig } from '../stack/stackConfig.js'
import { follow } from './doCommand.js'

/** `behest resume <id>`: go on with an intent where it stopped. */
export async function resumeCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      yes: { type: 'boolean', short: 'y', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const [id] = positionals
  if (!id) throw new UsageError('Give the id of an intent: behest resume <id>.')
  const stack = await openStack({
    config: readStackConfig(process.env),
    onProgress: (message) => console.error(message),
  })
  try {
    const client = createStackClient(stack.config)
    return await follow(client, id, values)
  } finally {
    await stack.leave()
  }
}
