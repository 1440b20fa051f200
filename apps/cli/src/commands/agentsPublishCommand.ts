import { parseArgs } from 'node:util'
import { createRegistryClient } from '@behest/client'
import { signRemove } from '@behest/sdk'
import { type PublishedCard, publishCard } from '../agents/publishCard.js'
import { readCardSource } from '../agents/readCardSource.js'
import { readRegistryChain } from '../agents/readRegistryChain.js'
import { unlockAuthor } from '../agents/unlockAuthor.js'
import { exitCodes, UsageError } from '../exitCodes.js'
import { readStackConfig } from '../stack/stackConfig.js'
import { toUserPath } from '../toUserPath.js'

const options = {
  keystore: { type: 'string' },
  'password-file': { type: 'string' },
  registry: { type: 'string' },
  'lease-seconds': { type: 'string', default: '86400' },
  'wait-seconds': { type: 'string', default: '15' },
  json: { type: 'boolean', default: false },
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
  const { registryUrl, chainId, author } = await open(values)
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
  const { registryUrl, chainId, author } = await open(values)
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

async function open(values: {
  readonly keystore?: string | undefined
  readonly 'password-file'?: string | undefined
  readonly registry?: string | undefined
}) {
  const config = readStackConfig(process.env)
  const registryUrl = values.registry ?? config.registryUrl
  const chainId = await readRegistryChain(registryUrl)
  const author = await unlockAuthor({
    keystore: values.keystore && toUserPath(values.keystore),
    passwordFile:
      values['password-file'] && toUserPath(values['password-file']),
    dataFolder: config.dataFolder,
    chainId,
  })
  return { registryUrl, chainId, author }
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
