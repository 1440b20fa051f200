import { BehestError } from '@behest/spec'
import { exitCodes, UsageError } from './exitCodes.js'

/** A command: what follows its name goes in, an exit code comes out. */
export type Command = (
  commandArguments: readonly string[],
) => Promise<number> | number

/** Loaded when it is asked for: what reads a sentence needs no chain. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/startCommand.js')).startCommand,
  do: async () => (await import('./commands/doCommand.js')).doCommand,
  chat: async () => (await import('./commands/chatCommand.js')).chatCommand,
  say: async () => (await import('./commands/chatCommand.js')).sayCommand,
  parse: async () => (await import('./commands/parseCommand.js')).parseCommand,
  status: async () =>
    (await import('./commands/statusCommand.js')).statusCommand,
  list: async () => (await import('./commands/listCommand.js')).listCommand,
  resume: async () =>
    (await import('./commands/resumeCommand.js')).resumeCommand,
  approve: async () =>
    (await import('./commands/approveCommand.js')).approveCommand,
  orders: async () =>
    (await import('./commands/ordersCommand.js')).ordersCommand,
  allowances: async () =>
    (await import('./commands/allowancesCommand.js')).allowancesCommand,
  policy: async () =>
    (await import('./commands/policyCommand.js')).policyCommand,
  agent: async () => (await import('./commands/agentCommand.js')).agentCommand,
  agents: async () =>
    (await import('./commands/agentsCommand.js')).agentsCommand,
  registry: async () =>
    (await import('./commands/registryCommand.js')).registryCommand,
  route: async () => (await import('./commands/routeCommand.js')).routeCommand,
  lend: async () => (await import('./commands/lendCommand.js')).lendCommand,
  doctor: async () =>
    (await import('./commands/doctorCommand.js')).doctorCommand,
  telegram: async () =>
    (await import('./commands/telegramCommand.js')).telegramCommand,
  backup: async () =>
    (await import('./commands/backupCommand.js')).backupCommand,
  restore: async () =>
    (await import('./commands/backupCommand.js')).restoreCommand,
  senders: async () =>
    (await import('./commands/sendersCommand.js')).sendersCommand,
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
  behest lend --markets <file> --supply <units> | --refinance <units> --from <market> --within <days>
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
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!load) throw new UsageError(`There is no command "${name}".`)
  const command = await load()
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
