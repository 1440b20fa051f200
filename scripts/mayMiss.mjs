// What a run may leave out: `--may-miss <name>`, once for each. What could not be run
// and is not named there counts as failed; it is named in the output in any case.

/** The names that were given. */
export function readMayMiss(given = process.argv.slice(2)) {
  return given.filter((_, index) => given[index - 1] === '--may-miss')
}

/** Says that something did not run; `true` where it may be so. */
export function sayNotRun(name, why) {
  const may = readMayMiss().includes(name)
  console.error(
    `NOT RUN  ${name}: ${why}${may ? '' : ` It counts as failed; "--may-miss ${name}" says that it may.`}`,
  )
  return may
}

/** Ends with 2 where something is named that nobody knows. */
export function assertKnown(known) {
  const unknown = readMayMiss().filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  console.error(
    `There is no "${unknown.join('", "')}" to miss. There are: ${known.join(', ')}.`,
  )
  process.exit(2)
}
