import { parseArgs } from 'node:util'
import { createRegistryClient } from '@behest/client'
import { encodeTrust, listAnchorContracts } from '@behest/evm'
import {
  buildReceiptDigest,
  digestBytes,
  formulaVersion,
} from '@behest/registry'
import { BehestError, toCanonicalJson } from '@behest/spec'
import { BaseError, createPublicClient, http, keccak256 } from 'viem'
import { isSaidAlready } from '../agents/isSaidAlready.js'
import { authorOptions, openAuthor } from '../agents/openAuthor.js'
import { readAnchorPlaces } from '../agents/readAnchorPlaces.js'
import { buildDigestUri, readTrustDigests } from '../agents/readTrustDigests.js'
import {
  AnchorOutcomeUnknownError,
  type AnchorSender,
  createAnchorSender,
  renderBill,
} from '../agents/sendAnchorCalls.js'
import {
  namesAgent,
  readAllReceipts,
  readTrust,
} from '../agents/verifyAgent.js'
import { exitCodes, UsageError } from '../exitCodes.js'

const payOptions = {
  ...authorOptions,
  yes: { type: 'boolean', default: false },
} as const

/**
 * `behest registry anchors`: our own contracts of ERC-8004 and whether they
 * stand; with --yes those that do not are made.
 */
export async function registryAnchorsCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values } = parseArgs({
    args: [...commandArguments],
    options: payOptions,
  })
  const { config, chainId, author } = await openAuthor(values)
  const client = createPublicClient({ transport: http(config.rpcUrl) })
  const readStanding = () =>
    Promise.all(
      listAnchorContracts().map(async ({ name, address, call }) => ({
        name,
        address,
        call,
        stands: ((await client.getCode({ address })) ?? '0x') !== '0x',
      })),
    )
  let standing = await readStanding()
  const calls = standing
    .filter(({ stands }) => !stands)
    .map(({ name, call }) => ({ ...call, says: `makes the ${name} registry` }))
  if (calls.length > 0 && values.yes) {
    // One after the other: each is made beneath the one before.
    for (const call of calls) {
      const code = await pay(
        createAnchorSender({
          rpcUrl: config.rpcUrl,
          chainId,
          account: author.signer,
          calls: [call],
        }),
        { calls: [call], yes: true },
      )
      if (code !== exitCodes.done) return code
    }
    standing = await readStanding()
  }
  const isWhole = standing.every(({ stands }) => stands)
  const answer = {
    chainId,
    contracts: standing.map(({ name, address, stands }) => ({
      name,
      address,
      stands,
    })),
  }
  console.log(
    values.json
      ? JSON.stringify(answer, null, 2)
      : [
          ...standing.map(
            ({ name, address, stands }) =>
              `${stands ? '✓' : '✕'} ${name.padEnd(10)} ${address}${stands ? '' : '  not on this chain yet'}`,
          ),
          isWhole
            ? 'BEHEST_ANCHOR=own uses them, for the registry and for "behest agents anchor | verify".'
            : 'Say --yes to make what is missing; your owner key pays.',
        ].join('\n'),
  )
  return isWhole ? exitCodes.done : exitCodes.needsUser
}

/**
 * `behest registry attest <agent>`: writes on chain what an agent's receipts
 * come to, as whoever runs the registry. Never as the agent's owner: the
 * contract refuses that.
 */
export async function registryAttestCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: payOptions,
  })
  const [source, ...others] = positionals
  if (!source || others.length > 0)
    throw new UsageError('Give one: behest registry attest <id> [--yes].')
  const places = readAnchorPlaces(process.env)
  const { reputationRegistry } = places
  if (reputationRegistry === undefined)
    throw new UsageError(
      'BEHEST_ANCHOR names no reputation registry: put its address after a comma.',
    )
  const { config, registryUrl, chainId, author } = await openAuthor(values)
  const registry = createRegistryClient({ baseUrl: registryUrl })
  const agent = await registry.get(source)
  const { tokenId } = await registry.anchor(agent.agentId)
  const receipts = await readAllReceipts(registry)
  const digest = buildReceiptDigest({
    agentId: agent.agentId,
    formulaVersion,
    receipts: receipts.filter(({ receipt }) =>
      namesAgent(receipt, agent.agentId),
    ),
    trust: readTrust(agent),
  })
  // A trust of nothing would stand on chain as if it had been earned.
  if (digest.receipts === 0)
    throw new NothingToAttestError({ agentId: agent.agentId })
  const tell = (what: string): void =>
    console.log(
      values.json
        ? JSON.stringify(digest, null, 2)
        : `${author.signer.address} ${what} ${digest.trustTenThousandths} of 10000 about ${agent.agentId} (number ${tokenId}), from ${countReceipts(digest.receipts)}.`,
    )
  const statements = await readTrustDigests({
    client: createPublicClient({ transport: http(config.rpcUrl) }),
    reputationRegistry,
    tokenId: BigInt(tokenId),
  }).catch((error: unknown) => {
    if (!(error instanceof BaseError)) throw error
    console.error(
      `Whether it is said already could not be asked (${error.shortMessage}).`,
    )
    return []
  })
  if (isSaidAlready({ statements, by: author.signer.address, digest })) {
    tell('says already, and pays for nothing:')
    return exitCodes.done
  }
  const call = encodeTrust({
    reputationRegistry,
    tokenId: BigInt(tokenId),
    trustTenThousandths: BigInt(digest.trustTenThousandths),
    formulaVersion,
    endpoint: registryUrl,
    digestUri: buildDigestUri(toCanonicalJson(digest)),
    digestHash: keccak256(digestBytes(digest)),
  })
  const code = await pay(
    createAnchorSender({
      rpcUrl: config.rpcUrl,
      chainId,
      account: author.signer,
      calls: [call],
    }),
    { calls: [call], yes: values.yes },
  )
  if (code === exitCodes.done) tell('wrote')
  return code
}

function countReceipts(count: number): string {
  return count === 1 ? '1 receipt' : `${count} receipts`
}

async function pay(
  sender: AnchorSender,
  options: {
    readonly calls: Parameters<typeof renderBill>[1]
    readonly yes: boolean
  },
): Promise<number> {
  console.error(renderBill(await sender.quote(), options.calls))
  if (!options.yes) {
    console.error('Nothing was sent. Say --yes to sign and pay.')
    return exitCodes.needsUser
  }
  try {
    await sender.send()
    return exitCodes.done
  } catch (error) {
    if (!(error instanceof AnchorOutcomeUnknownError)) throw error
    console.error(`${error.name}: ${error.message}`)
    return exitCodes.unknown
  }
}

/** Thrown when an agent has no receipt that could be spoken of on chain. */
export class NothingToAttestError extends BehestError {
  readonly code = 'NOTHING_TO_ATTEST'
  readonly retry = 'never'

  constructor(facts: { readonly agentId: string }) {
    super(
      `No confirmed receipt names ${facts.agentId}, so there is nothing to say about it on chain. Ask again when it has carried something out.`,
      { facts },
    )
  }
}
