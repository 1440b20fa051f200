import { parseArgs } from 'node:util'
import {
  type Address,
  type AllowanceLedger,
  allowanceLedgerSchema,
} from '@behest/spec'
import * as z from 'zod'
import { exitCodes, UsageError } from '../exitCodes.js'
import { createStackClient } from '../stack/createStackClient.js'
import { openStack } from '../stack/openStack.js'
import { readStackConfig } from '../stack/stackConfig.js'
import { follow } from './doCommand.js'

/** `behest allowances`: who may take what, and the way to take it back. */
export async function allowancesCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      yes: { type: 'boolean', short: 'y', default: false },
      account: { type: 'string' },
      token: { type: 'string' },
      spender: { type: 'string' },
    },
  })
  const [verb = 'list'] = positionals
  if (!['list', 'revoke'].includes(verb))
    throw new UsageError('Say behest allowances, or behest allowances revoke.')
  const stack = await openStack({
    config: readStackConfig(process.env),
    onProgress: (message) => console.error(message),
  })
  try {
    const client = createStackClient(stack.config)
    const account =
      values.account === undefined ? {} : { account: values.account as Address }
    if (verb === 'list') {
      const ledger = await client.allowances(account)
      console.log(
        values.json
          ? JSON.stringify(z.encode(allowanceLedgerSchema, ledger), null, 2)
          : renderLedger(ledger),
      )
      return exitCodes.done
    }
    const { intents } = await client.revokeAllowances({
      ...account,
      ...(values.token === undefined ? {} : { token: values.token as Address }),
      ...(values.spender === undefined
        ? {}
        : { spender: values.spender as Address }),
    })
    let worst: number = exitCodes.done
    for (const { id } of intents)
      worst = Math.max(worst, await follow(client, id, values))
    return worst
  } finally {
    await stack.leave()
  }
}

function renderLedger(ledger: AllowanceLedger): string {
  const open = ledger.allowances.filter(({ isOpen }) => isOpen)
  const closed = ledger.allowances.filter(({ isOpen }) => !isOpen)
  return [
    `${ledger.account} at block ${ledger.block}`,
    ...(ledger.isComplete
      ? []
      : ['  The node gave no logs of all time: there may be more than these.']),
    open.length === 0
      ? '  Nobody may take anything.'
      : `  ${open.length} open:`,
    ...open.map(
      ({ symbol, decimal, spender, spenderName, kind, coversBalance }) =>
        `    ${spenderName ?? spender} may take ${decimal} ${symbol}${kind === 'permit2' ? ' through Permit2' : ''}${coversBalance ? ', all that you hold' : ''}`,
    ),
    ...(closed.length === 0
      ? []
      : [`  ${closed.length} given by plans and used up or taken back:`]),
    ...closed.map(
      ({ symbol, spender, spenderName, grantedBy }) =>
        `    ${symbol} to ${spenderName ?? spender}, ${grantedBy.length} ${grantedBy.length === 1 ? 'plan' : 'plans'}`,
    ),
  ].join('\n')
}
