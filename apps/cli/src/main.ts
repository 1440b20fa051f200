import { BehestError } from '@behest/spec'
import { agentCommand } from './commands/agentCommand.js'
import { agentsCommand } from './commands/agentsCommand.js'
import { allowancesCommand } from './commands/allowancesCommand.js'
import { approveCommand } from './commands/approveCommand.js'
import { backupCommand, restoreCommand } from './commands/backupCommand.js'
import { chatCommand, sayCommand } from './commands/chatCommand.js'
import { doCommand } from './commands/doCommand.js'
import { doctorCommand } from './commands/doctorCommand.js'
import { lendCommand } from './commands/lendCommand.js'
import { listCommand } from './commands/listCommand.js'
import { ordersCommand } from './commands/ordersCommand.js'
import { parseCommand } from './commands/parseCommand.js'
import { policyCommand } from './commands/policyCommand.js'
import { registryCommand } from './commands/registryCommand.js'
import { resumeCommand } from './commands/resumeCommand.js'
import { routeCommand } from './commands/routeCommand.js'
import { sendersCommand } from './commands/sendersCommand.js'
import { startCommand } from './commands/startCommand.js'
import { statusCommand } from './commands/statusCommand.js'
import { telegramCommand } from './commands/telegramCommand.js'
import { exitCodes, UsageError } from './exitCodes.js'

/** A command: what follows its name goes in, an exit code comes out. */
export type Command = (
  commandArguments: readonly string[],
) => Promise<number> | number

const commands: Readonly<Record<string, Command>> = {
  start: startCommand,
  do: doCommand,
  chat: chatCommand,
  say: sayCommand,
  parse: parseCommand,
  status: statusCommand,
  list: listCommand,
  resume: resumeCommand,
  approve: approveCommand,
  orders: ordersCommand,
  allowances: allowancesCommand,
  policy: policyCommand,
  agent: agentCommand,
  agents: agentsCommand,
  registry: registryCommand,
  route: routeCommand,
  lend: lendCommand,
  doctor: doctorCommand,
  telegram: telegramCommand,
  backup: backupCommand,
  restore: restoreCommand,
  senders: sendersCommand,
}

const usage = `Say what you want. Agents compete to do it. Nothing happens beyond your behest.

  behest do "<sentence>" [--yes] [--json] [--custody direct|mandate]
                                             carry it out, stage by stage, to its receipt
  behest chat · say "<words>"                 a conversation: line by line, or its next words
  behest parse "<sentence>" [--json]          what it would be understood as (--stdin: one a line)
  behest status <id> · list · resume <id>     what became of an intent, of all, go on with one
  behest approve <id> --as <keystore> --password-file <file>
                                             a second person's yes, signed with their own key
  behest policy show | set <file.json> | kill [--why <text>]
  behest orders [list] | show <id> | cancel <id>
  behest allowances [revoke] [--token <address>] [--spender <address>] [--yes]
  behest agents search "<query>" | show <id> | publish <url> | explain <id> "<query>"
  behest agents unpublish <id> | transfer <id> --to <address> | name <id> @<name> --origin <url>
  behest agents anchor <id> [--yes] | verify <id>        who it is, on chain (BEHEST_ANCHOR)
  behest agent new <folder>                   a new agent that runs, with its tests
  behest registry import <file.ndjson>        manifests in bulk, by the operator
  behest registry anchors [--yes] | attest <id> [--yes]  contracts of ERC-8004, and what receipts say
  behest route --pools <file> --sell <token> --buy <token> --amount <units>
  behest lend --markets <file> --supply <units>
  behest start                                the whole local stack (npm start)
  behest telegram [link|unlink <chat>]        the bot, and which chat may speak for the account
  behest backup <file> · restore <file>       all that the database holds, out and in
  behest senders [list] | resume <address>    who sends, and who stands still and why
  behest doctor [--agent <id or URL>]         what works, what does not, and what to do

Exit codes: 0 done · 1 failed · 2 bad usage · 3 you must answer · 4 outcome unknown`

async function run(): Promise<number> {
  const [name, ...rest] = process.argv.slice(2)
  if (name === undefined || name === 'help' || name === '--help') {
    console.log(usage)
    return name === undefined ? exitCodes.badUsage : exitCodes.done
  }
  const command = commands[name]
  if (!command) throw new UsageError(`There is no command "${name}".`)
  return command(rest)
}

function report(error: unknown): number {
  const isJson = process.argv.includes('--json')
  if (error instanceof UsageError || isParseArgsError(error)) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    return exitCodes.badUsage
  }
  if (BehestError.isInstance(error)) {
    if (isJson) console.log(JSON.stringify({ error: error.toReport() }))
    console.error(`${error.name}: ${error.message}`)
    return exitCodes.failed
  }
  console.error(error)
  return exitCodes.failed
}

function isParseArgsError(error: unknown): boolean {
  return (
    error instanceof TypeError &&
    String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS')
  )
}

// A pipe that closes early (`behest list | head`) is not a failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
})

run()
  .catch(report)
  .then((code) => {
    process.exitCode = code
  })
