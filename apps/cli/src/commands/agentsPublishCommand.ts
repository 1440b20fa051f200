import { parseArgs } from 'node:util'
import { createRegistryClient } from '@behest/client'
import { signRemove } from '@behest/sdk'
import { authorOptions, openAuthor } from '../agents/openAuthor.js'
import { type PublishedCard, publishCard } from '../agents/publishCard.js'
import { readCardSource } from '../agents/readCardSource.js'
import { exitCodes, UsageError } from '../exitCodes.js'

const options = {
  ...authorOptions,
  'lease-seconds': { type: 'string', default: '86400' },
  'wait-seconds': { type: 'string', default: '15' },
} as const

/** `behest agents publish <card file or URL>`: a signed card into the registry. */
export async function agentsPublishCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options,
  })
  const source = takeOne(
    positionals,
    'behest agents publish <card file or URL>',
  )
  const leaseSeconds = readSeconds('--lease-seconds', values['lease-seconds'])
  const waitSeconds = readSeconds('--wait-seconds', values['wait-seconds'])
  // Before any key is unlocked, or made, for it.
  const card = await readCardSource(source)
  const { registryUrl, chainId, author } = await openAuthor(values)
  const published = await publishCard({
    registry: createRegistryClient({ baseUrl: registryUrl }),
    chainId,
    card,
    author,
    leaseSeconds,
    waitSeconds,
    nowMs: Date.now,
  })
  console.log(
    values.json ? JSON.stringify(published, null, 2) : render(published),
  )
  return exitCodes.done
}

/** `behest agents unpublish <id>`: takes an agent off, signed by its owner. */
export async function agentsUnpublishCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options,
  })
  const agentId = takeOne(positionals, 'behest agents unpublish <id>')
  const { registryUrl, chainId, author } = await openAuthor(values)
  const registry = createRegistryClient({ baseUrl: registryUrl })
  const answer = await registry.remove(
    agentId,
    await signRemove({
      message: { agentId, sequence: Date.now() },
      signer: author.signer,
      chainId,
    }),
  )
  console.log(
    values.json ? JSON.stringify(answer, null, 2) : `${agentId} is taken off.`,
  )
  return exitCodes.done
}

function takeOne(positionals: readonly string[], usage: string): string {
  const [only, ...others] = positionals
  if (only === undefined || others.length > 0)
    throw new UsageError(`Give one: ${usage}.`)
  return only
}

function readSeconds(name: string, value: string): number {
  if (!/^\d{1,8}$/.test(value))
    throw new UsageError(`${name} must be a whole number of seconds.`)
  return Number(value)
}

function render(published: PublishedCard): string {
  const { agentId, type, status, reason, owner, operator, url, leaseUntil } =
    published
  return [
    `${agentId}  ${type}, ${status}: ${reason}`,
    `  at ${url}, key ${operator}${owner === operator ? '' : `, owner ${owner}`}`,
    `  listed until ${leaseUntil ?? 'it is taken off'}; keepPublished renews it by itself`,
    ...published.contract.map(
      ({ action, ok, code, detail }) =>
        `  ${ok ? '✓' : '✕'} ${action}: ${code}, ${detail}`,
    ),
    `  behest doctor --agent ${agentId} says what else there is to do`,
  ].join('\n')
}
