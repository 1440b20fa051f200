/** Every command, as `behest help` shows them. */
export const usage = `Say what you want. Agents compete to do it. Nothing happens beyond your behest.

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
  behest agents search "<query>" | show <id> | explain <id> "<query>" | publish <url> | earnings <id>
  behest agents unpublish <id> | transfer <id> --to <address> | name <id> @<name> --origin <url>
  behest agents anchor <id> [--yes] | verify <id>        who it is, on chain (BEHEST_ANCHOR)
  behest agent new <folder>                   a new agent that runs, with its tests
  behest registry import <file.ndjson>        manifests in bulk, by the operator
  behest registry anchors [--yes] | attest <id> [--yes]  contracts of ERC-8004, and what receipts say
  behest route --pools <file> --sell <token> --buy <token> --amount <units>
  behest lend --markets <file> --supply <units> | --borrow <units> --collateral <token>:<units>
  behest lend --markets <file> --refinance <units> --from <market> --within <days>
  behest start                                the whole local stack (npm start)
  behest telegram [link|unlink <chat>]        the bot, and which chat may speak for the account
  behest backup <file> · restore <file>       all that the database holds, out and in
  behest senders [list] | resume <address>    who sends, and who stands still and why
  behest doctor [--agent <id or URL>]         what works, what does not, and what to do

Exit codes: 0 done · 1 failed · 2 bad usage · 3 you must answer · 4 outcome unknown`

/**
 * The lines of one command, with those below them that go on.
 *
 * @param name - A command that there is.
 */
export function getUsageOf(name: string): string {
  const lines: string[] = []
  let isTaken = false
  for (const line of usage.split('\n')) {
    const [, names] = /^ {2}behest (.*)$/.exec(line) ?? []
    if (names !== undefined)
      isTaken = names
        .split(' · ')
        .some((part) => new RegExp(`^${name}\\b`).test(part))
    else if (!line.startsWith('   ')) isTaken = false
    if (isTaken) lines.push(line)
  }
  return [...lines, '', 'All commands: behest help'].join('\n')
}

/** Whether somebody asks how a command is used, rather than for what it does. */
export function asksForHelp(rest: readonly string[]): boolean {
  const end = rest.indexOf('--')
  return (end === -1 ? rest : rest.slice(0, end)).some(
    (word) => word === '--help' || word === '-h',
  )
}
