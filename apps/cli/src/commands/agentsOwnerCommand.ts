import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createRegistryClient } from '@behest/client'
import { signName } from '@behest/sdk'
import { shortNameSchema } from '@behest/spec'
import { isAddress } from 'viem'
import {
  acceptTransfer,
  offerTransfer,
  parseTransferOffer,
} from '../agents/handOver.js'
import { authorOptions, openAuthor } from '../agents/openAuthor.js'
import { unlockAuthor } from '../agents/unlockAuthor.js'
import { exitCodes, UsageError } from '../exitCodes.js'
import { readStackConfig } from '../stack/stackConfig.js'
import { toUserPath } from '../toUserPath.js'

const defaultOfferSeconds = 86_400

const transferUsage = `behest agents transfer <id> --to <address> [--out <file>]       the owner offers it
  behest agents transfer --accept <file> --keystore <new owner's>    the new owner takes it
  behest agents transfer <id> --to-keystore <new owner's>            both keys are here`

const nameUsage = `behest agents name <id> @<name> --origin https://<domain>    claim it
  behest agents name @<name>                                        who holds it`

/** `behest agents transfer`: hands an agent over; both owners sign. */
export async function agentsTransferCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      ...authorOptions,
      to: { type: 'string' },
      'to-keystore': { type: 'string' },
      'to-password-file': { type: 'string' },
      accept: { type: 'string' },
      out: { type: 'string' },
      'for-seconds': { type: 'string', default: String(defaultOfferSeconds) },
    },
  })
  const ways = [values.to, values['to-keystore'], values.accept]
  const [agentId, ...others] = positionals
  if (
    ways.filter((way) => way !== undefined).length !== 1 ||
    others.length > 0 ||
    (agentId === undefined) === (values.accept === undefined)
  )
    throw new UsageError(`Say to whom:\n  ${transferUsage}`)
  const forSeconds = Number(values['for-seconds'])
  if (!Number.isInteger(forSeconds) || forSeconds < 1)
    throw new UsageError('--for-seconds must be a whole number of seconds.')
  const { to } = values
  if (to !== undefined && !isAddress(to))
    throw new UsageError(`--to is "${to}" and must be an address.`)

  const { registryUrl, chainId, author } = await openAuthor(values)
  const registry = createRegistryClient({ baseUrl: registryUrl })
  const finish = (answer: unknown, text: string): number => {
    console.log(values.json ? JSON.stringify(answer, null, 2) : text)
    return exitCodes.done
  }
  if (values.accept !== undefined) {
    const offer = parseTransferOffer(
      readFileSync(toUserPath(values.accept), 'utf8'),
    )
    const answer = await acceptTransfer({
      registry,
      offer,
      signer: author.signer,
      chainId,
      nowMs: Date.now(),
    })
    return finish(
      answer,
      `${offer.message.agentId} belongs to ${answer.owner} now.`,
    )
  }
  const next =
    values['to-keystore'] === undefined
      ? undefined
      : await unlockAuthor({
          keystore: toUserPath(values['to-keystore']),
          passwordFile:
            values['to-password-file'] &&
            toUserPath(values['to-password-file']),
          dataFolder: readStackConfig(process.env).dataFolder,
          chainId,
        })
  // The id as it is listed: @name stands for one, and is signed by nobody.
  const listed = await registry.get(agentId ?? '')
  const offer = await offerTransfer({
    agentId: listed.agentId,
    newOwner: next?.signer.address ?? (to as `0x${string}`),
    signer: author.signer,
    chainId,
    forSeconds,
    nowMs: Date.now(),
  })
  if (next !== undefined) {
    const answer = await acceptTransfer({
      registry,
      offer,
      signer: next.signer,
      chainId,
      nowMs: Date.now(),
    })
    return finish(answer, `${listed.agentId} belongs to ${answer.owner} now.`)
  }
  const text = JSON.stringify(offer, null, 2)
  if (values.out === undefined) {
    console.log(text)
    return exitCodes.done
  }
  writeFileSync(toUserPath(values.out), `${text}\n`, { mode: 0o600 })
  return finish(
    offer,
    `${values.out} is the offer. ${to} accepts it until ${new Date(offer.message.expiresAtUnixSeconds * 1_000).toISOString()}:\n  behest agents transfer --accept ${values.out} --keystore <theirs>`,
  )
}

/** `behest agents name`: claims a short name, or says who holds one. */
export async function agentsNameCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: { ...authorOptions, origin: { type: 'string' } },
  })
  const handle = positionals.at(-1) ?? ''
  const name = handle.replace(/^@/, '')
  if (
    !handle.startsWith('@') ||
    !shortNameSchema.safeParse(name).success ||
    positionals.length > 2 ||
    (positionals.length === 2) === (values.origin === undefined)
  )
    throw new UsageError(
      `A short name is 3 to 40 of a-z, 0-9 and hyphens, after an @:\n  ${nameUsage}`,
    )
  const finish = (answer: unknown, text: string): number => {
    console.log(values.json ? JSON.stringify(answer, null, 2) : text)
    return exitCodes.done
  }
  if (values.origin === undefined) {
    const registryUrl =
      values.registry ?? readStackConfig(process.env).registryUrl
    const held = await createRegistryClient({ baseUrl: registryUrl }).getName(
      name,
    )
    return finish(
      held,
      `@${held.name} is ${held.agentId} of ${held.owner}, by the word of ${held.origin}`,
    )
  }
  const { registryUrl, chainId, author } = await openAuthor(values)
  const registry = createRegistryClient({ baseUrl: registryUrl })
  const { agentId } = await registry.get(positionals[0] ?? '')
  const held = await registry.claimName(
    await signName({
      message: {
        name,
        agentId,
        origin: values.origin.replace(/\/+$/, ''),
        atUnixSeconds: Math.floor(Date.now() / 1_000),
      },
      signer: author.signer,
      chainId,
    }),
  )
  return finish(
    held,
    `@${held.name} stands for ${held.agentId} now. It is kept while the agent is listed, and 30 days longer.`,
  )
}
