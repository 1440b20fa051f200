import { parseArgs } from 'node:util'
import { intentRecordSchema } from '@behest/spec'
import * as z from 'zod'
import { exitCodes, UsageError } from '../exitCodes.js'
import { createStackClient } from '../stack/createStackClient.js'
import { openStack } from '../stack/openStack.js'
import { readStackConfig } from '../stack/stackConfig.js'

/** `behest list`: all intents, newest first. */
export async function listCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values } = parseArgs({
    args: [...commandArguments],
    options: {
      json: { type: 'boolean', default: false },
      limit: { type: 'string', default: '20' },
      cursor: { type: 'string' },
    },
  })
  const limit = Number(values.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw new UsageError('--limit must be 1 to 100.')
  const stack = await openStack({
    config: readStackConfig(process.env),
    onProgress: (message) => console.error(message),
  })
  try {
    const client = createStackClient(stack.config)
    const page = await client.list({
      limit,
      ...(values.cursor === undefined ? {} : { cursor: values.cursor }),
    })
    if (values.json)
      console.log(
        JSON.stringify(
          {
            ...page,
            intents: page.intents.map((record) =>
              z.encode(intentRecordSchema, record),
            ),
          },
          null,
          2,
        ),
      )
    else {
      if (page.intents.length === 0) console.log('No intents yet.')
      for (const record of page.intents)
        console.log(
          [
            record.id,
            record.createdAt.slice(0, 19).replace('T', ' '),
            (record.artifacts.receipt?.receipt.outcome ?? record.status).padEnd(
              14,
            ),
            record.utterance.replace(/\s+/g, ' ').slice(0, 80),
          ].join('  '),
        )
      if (page.nextCursor !== undefined)
        console.log(`More: behest list --cursor ${page.nextCursor}`)
    }
    return exitCodes.done
  } finally {
    await stack.leave()
  }
}
