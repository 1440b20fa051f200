import { BehestError } from '@behest/spec'
import { exitCodes, UsageError } from './exitCodes.js'
import { asksForHelp, getUsageOf, usage } from './usage.js'

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

async function run(): Promise<number> {
  const [name, ...rest] = process.argv.slice(2)
  if (name === undefined || name === 'help' || name === '--help') {
    console.log(usage)
    return name === undefined ? exitCodes.badUsage : exitCodes.done
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!load) throw new UsageError(`There is no command "${name}".`)
  if (asksForHelp(rest)) {
    console.log(getUsageOf(name))
    return exitCodes.done
  }
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
