import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'

/** Editors write a file in several steps: one change, one call. */
const settleMs = 100

/**
 * Watches a folder and those below it.
 *
 * Each folder by itself: the recursive way watches files on Linux, and loses
 * those that an editor replaces instead of writing them.
 *
 * @param options.onChange - Called once for each change, after it settled.
 * @returns Ends the watching.
 */
export function watchFolder(options: {
  readonly folder: string
  readonly onChange: () => void
}): { readonly close: () => void } {
  const watchers = new Map<string, FSWatcher>()
  let timer: NodeJS.Timeout | undefined

  function look(folder: string): void {
    if (!watchers.has(folder)) {
      const watcher = watch(folder, note)
      // A folder that was taken away: nothing below it is left to watch.
      watcher.on('error', () => {
        watcher.close()
        watchers.delete(folder)
      })
      watchers.set(folder, watcher)
    }
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) look(join(folder, entry.name))
  }
  function note(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      look(options.folder)
      options.onChange()
    }, settleMs)
  }

  look(options.folder)
  return {
    close: () => {
      clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}
