import { CSPProvider } from '@base-ui/react/csp-provider'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.js'
import { NoticeProvider } from './shell/Notices.js'
import { SpeechProvider } from './words/useWords.js'
import './style.css'

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      {/* The server's policy lets no style element in; style.css has them. */}
      <CSPProvider disableStyleElements>
        <SpeechProvider>
          <NoticeProvider>
            <App />
          </NoticeProvider>
        </SpeechProvider>
      </CSPProvider>
    </StrictMode>,
  )
