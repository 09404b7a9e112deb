import './styles/base.css'
import './styles/frame.css'
import './styles/pages.css'
import './styles/findings.css'
import './styles/imagery.css'
import './styles/library.css'
import './styles/soil.css'
import './styles/changes.css'
import './styles/water.css'
import './styles/people.css'
import './styles/plan.css'
import './styles/lineage.css'
import './styles/help.css'
import './styles/interfaces.css'
import './styles/reports.css'
import './styles/wall.css'
import { Themed } from '@dishu/web-kit/look/theme.tsx'
import { newQueryClient } from '@dishu/web-kit/read'
import { startWords } from '@dishu/web-kit/words'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Frame } from './frame/frame.tsx'
import { en } from './texts/en.ts'
import { zh } from './texts/zh.ts'

void import('./fonts.ts') // a second's text in the system's font is better than a second of nothing
await startWords(zh, en)
// after an upgrade an open tab asks for parts that are no longer there: once more from the start
window.addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('dishu.reloaded') ?? 0)
  if (Date.now() - last < 10_000) return
  sessionStorage.setItem('dishu.reloaded', String(Date.now()))
  event.preventDefault()
  window.location.reload()
})
const root = document.getElementById('root')
if (!root) throw new Error('the page has no #root to draw in')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={newQueryClient()}>
      <Themed>
        <Frame />
      </Themed>
    </QueryClientProvider>
  </StrictMode>,
)
