import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react'
import { english, type Words } from './english.js'
import { japanese } from './japanese.js'

const languages: Readonly<Record<string, Words>> = { en: english, ja: japanese }
const memoryKey = 'behest.language'

type Speech = {
  readonly words: Words
  readonly languages: readonly Words[]
  readonly setLanguage: (language: string) => void
}

const SpeechContext = createContext<Speech>({
  words: english,
  languages: [english, japanese],
  setLanguage: () => undefined,
})

/** Gives the words of the language in use: as chosen, or as the browser asks. */
export function SpeechProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(readLanguage)
  const words = languages[language] ?? english
  useEffect(() => {
    document.documentElement.lang = words.language
  }, [words])
  const speech = useMemo<Speech>(
    () => ({
      words,
      languages: Object.values(languages),
      setLanguage: (chosen) => {
        setLanguage(chosen)
        try {
          localStorage.setItem(memoryKey, chosen)
        } catch {
          // Without storage the choice lasts as long as the page.
        }
      },
    }),
    [words],
  )
  return <SpeechContext value={speech}>{children}</SpeechContext>
}

/** The words of the language in use. */
export function useWords(): Words {
  return useContext(SpeechContext).words
}

/** The languages there are, and how to choose one. */
export function useSpeech(): Speech {
  return useContext(SpeechContext)
}

function readLanguage(): string {
  try {
    const chosen = localStorage.getItem(memoryKey)
    if (chosen !== null && chosen in languages) return chosen
  } catch {
    // No storage: the browser's wish counts.
  }
  const wished = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())
  return wished.find((tag) => tag in languages) ?? 'en'
}
