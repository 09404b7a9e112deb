import { query } from '@dishu/web-kit/address'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Dropdown } from 'antd'
import { type ReactNode, useState } from 'react'
import { CropsTab } from './crops.screen.tsx'
import { LibraryUpload } from './library-upload.screen.tsx'
import { LimitsTab } from './limits.screen.tsx'
import { type GradeName, OptionsTab } from './options.screen.tsx'
import { TechnologiesTab } from './technologies.screen.tsx'
import type { LibraryReply } from './technology.wire.ts'
import { TrialsTab } from './trials.screen.tsx'

const TABS: readonly { readonly id: string; readonly text: string; show(library: LibraryReply, gradeName: GradeName): ReactNode }[] = [
  { id: 'technologies', text: 'library.technologies', show: (library) => <TechnologiesTab library={library} /> },
  { id: 'crops', text: 'library.crops', show: (library) => <CropsTab library={library} /> },
  { id: 'trials', text: 'library.trials', show: (library) => <TrialsTab library={library} /> },
  { id: 'limits', text: 'library.limits', show: (library) => <LimitsTab library={library} /> },
  { id: 'options', text: 'library.options', show: (library, gradeName) => <OptionsTab library={library} gradeName={gradeName} /> },
]

/** Technologies, crops, trials and limits that plans rest on, each with where it comes from; and what follows from them for one patch. */
export function LibraryScreen({ gradeName }: { readonly gradeName: GradeName }) {
  const t = useText()
  const address = useAddress()
  const { language } = useSettings()
  const { county, asOf, known } = usePlace()
  const [bringing, setBringing] = useState(false)
  const reading = useRead<LibraryReply>(query(`/api/counties/${county}/library`, { asOf, known }))
  const here = TABS.find(({ id }) => id === address.get('tab')) ?? TABS[0]
  const template = (filled: boolean) => `/api/counties/${county}/library/template.xlsx${filled ? '?filled=yes' : ''}`
  const download = async (filled: boolean) => {
    const reply = await fetch(template(filled), { headers: { 'accept-language': language } })
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await reply.blob())
    link.download = `${t(filled ? 'library.filled-name' : 'library.template-name')}.xlsx`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }
  return (
    <div className="library-page">
      <div className="library-tabs" role="tablist" aria-label={t('nav.library')}>
        {TABS.map(({ id, text }) => (
          <button
            key={id}
            type="button"
            role="tab"
            aria-selected={here.id === id}
            className={here.id === id ? 'here' : ''}
            onClick={() => address.set({ tab: id })}
          >
            {t(text)}
          </button>
        ))}
        <span className="grow" />
        <Dropdown
          menu={{
            items: [
              { key: 'empty', label: t('library.template') },
              { key: 'filled', label: t('library.filled') },
            ],
            onClick: ({ key }) => void download(key === 'filled'),
          }}
        >
          <Button size="small" icon={<Icon name="download" size={14} />}>
            {t('library.download')}
          </Button>
        </Dropdown>
        <Button size="small" type="primary" icon={<Icon name="import" size={14} />} onClick={() => setBringing(true)}>
          {t('library.import')}
        </Button>
      </div>
      <div className="library-body">
        {bringing && <LibraryUpload county={county} onClose={() => setBringing(false)} />}
        {reading.state === 'ready' ? here.show(reading.value, gradeName) : <Waiting reading={reading} lines={10} />}
      </div>
    </div>
  )
}
