import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createIntentClient } from '@behest/client'
import { readAddresses } from '@behest/devnet'
import {
  buildApprovalTypedData,
  buildOrderTypedData,
  buildPreview,
  hashArtifact,
  hashOrderTerms,
  listOrderLines,
  sayOrder,
} from '@behest/engine'
import {
  deployments,
  knownContracts,
  toLocalDeployment,
  unlockKeystore,
} from '@behest/evm'
import { BehestError, type Hex, type IntentRecord } from '@behest/spec'
import type { PrivateKeyAccount } from 'viem/accounts'
import { exitCodes, UsageError } from '../exitCodes.js'
import { renderProposal } from '../show/renderOrder.js'
import { renderPreview } from '../show/renderPreview.js'
import { openStack } from '../stack/openStack.js'
import { readStackConfig } from '../stack/stackConfig.js'
import { ask, follow } from './doCommand.js'

/**
 * `behest approve <id> --as <keystore>`: a second person's yes, signed with a key
 * of their own. What they see is drawn up here, from the plan's own bytes, and the
 * hash that they sign is computed here: the server's word for either is not taken.
 */
export async function approveCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      as: { type: 'string' },
      'password-file': { type: 'string' },
      yes: { type: 'boolean', short: 'y', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const [id] = positionals
  const passwordFile =
    values['password-file'] ?? process.env.BEHEST_PASSWORD_FILE
  if (!id || !values.as || !passwordFile)
    throw new UsageError(
      'Say what, and as whom: behest approve <id> --as <keystore.json> --password-file <file>.',
    )
  const stack = await openStack({
    config: readStackConfig(process.env),
    onProgress: (message) => console.error(message),
  })
  try {
    const client = createIntentClient({ baseUrl: stack.config.intentUrl })
    const record = await client.get(id)
    const approver = await unlockKeystore({
      path: values.as,
      password: readFileSync(passwordFile, 'utf8').trim(),
      chainId: record.chainId,
    })
    const shown = drawUp(record)
    console.error(`\n${shown.text}\n`)
    if (!values.yes) {
      const answer = await ask(
        `Sign exactly this as ${approver.address}? [y/N] `,
      )
      if (answer === null) return exitCodes.needsUser
      if (!/^(?:y|yes)$/i.test(answer.trim())) return exitCodes.failed
    }
    await client.approve(id, {
      planHash: shown.planHash,
      signature: await shown.sign(approver),
    })
    return await follow(client, id, { ...values, yes: false })
  } finally {
    await stack.leave()
  }
}

type Shown = {
  readonly text: string
  readonly planHash: Hex
  readonly sign: (approver: PrivateKeyAccount) => Promise<Hex>
}

/** What waits, from its own bytes, and the way to sign exactly that. */
function drawUp(record: IntentRecord): Shown {
  const { status, artifacts, chainId, id } = record
  if (status !== 'needs-approval')
    throw new NothingToSignError({ intentId: id, status })
  const { intent, quotes, plan, simulation } = artifacts
  if (plan && simulation && quotes) {
    const deployment = [
      toLocalDeployment(readAddresses()),
      ...Object.values(deployments),
    ].find((one) => one.chainId === plan.chainId)
    if (!deployment) throw new NothingToSignError({ intentId: id, status })
    const planHash = hashArtifact(plan)
    const simulationHash = hashArtifact(simulation)
    if (simulation.planHash !== planHash)
      throw new ShownOtherwiseError({ intentId: id })
    return {
      planHash,
      text: renderPreview(
        buildPreview({
          plan,
          planHash,
          simulation,
          simulationHash,
          quotes,
          nativeToken: { ...deployment.nativeToken, chainId },
          knownContracts: knownContracts(deployment),
        }),
      ),
      sign: (approver) =>
        approver.signTypedData(
          buildApprovalTypedData({
            chainId: plan.chainId,
            planHash,
            simulationHash,
            decision: 'approve',
          }),
        ),
    }
  }
  const terms = intent?.order
  if (!terms) throw new NothingToSignError({ intentId: id, status })
  const termsHash = hashOrderTerms(terms)
  return {
    planHash: termsHash,
    text: renderProposal({
      termsHash,
      headline: sayOrder(terms),
      lines: listOrderLines(terms),
    }),
    sign: (approver) =>
      approver.signTypedData(buildOrderTypedData({ terms, termsHash })),
  }
}

/** Thrown when an intent waits for nobody's signature. */
export class NothingToSignError extends BehestError {
  readonly code = 'NOTHING_TO_SIGN'
  readonly stage = 'approval'
  readonly retry = 'never'

  constructor(facts: { intentId: string; status: string }) {
    super(
      `Intent ${facts.intentId} is ${facts.status}, and there is nothing in it to sign. Look at it with "behest status ${facts.intentId}".`,
      { facts },
    )
  }
}

/** Thrown when what a server shows does not belong together. */
export class ShownOtherwiseError extends BehestError {
  readonly code = 'SHOWN_OTHERWISE'
  readonly stage = 'approval'
  readonly retry = 'never'

  constructor(facts: { intentId: string }) {
    super(
      `The simulation that the server shows for intent ${facts.intentId} is of another plan; nothing was signed. Ask the server's operator.`,
      { facts },
    )
  }
}
