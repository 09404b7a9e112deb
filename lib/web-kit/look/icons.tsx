/** Our own line icons on a 20-unit square, 1.5 units thick. */
const PATHS = {
  overview: 'M3 10.5 10 4l7 6.5M5 9v7h10V9M8.5 16v-4h3v4',
  parcels: 'M3 4h14v12H3zM3 9.5h6.5M9.5 4v12M9.5 12H17',
  findings: 'M4 3.5h9l3 3v10H4zM7 9.5l1.8 1.8L13 7.5M7 14h6',
  imagery: 'M3 4h14v12H3zM3 13l4-4 3.200 3.200 2.300-2.300L17 14M12.800 7.300h.1',
  soil: 'M3 6h14M3 6c2-2 4-2 7-1s5 1 7-1M3 6v10.500h14V6M3 11c3-1.500 5 1 8 0s4-.5 6 .2M6 14h.1M10 14.500h.1M14 14h.1',
  water: 'M10 2.8c2.600 3.300 5 6 5 8.900a5 5 0 0 1-10 0c0-2.900 2.400-5.600 5-8.900ZM7.600 12.200a2.500 2.500 0 0 0 2.400 2.300',
  library: 'M4 3.500h5.500v13H4zM9.500 3.500H13v13H9.500M13.500 4.300l3 .8-3 11.400M6 6.500h1.500M6 9h1.500',
  plan: 'M3 4h6v6H3zM11 4h6v6h-6zM3 12h6v4.500H3zM11.500 14.300l2 2 3.500-4',
  compare: 'M10 3v14M4 6h4v8H4M12 6h4v8h-4',
  import: 'M10 3v9m-3.5-3.2L10 12.3l3.5-3.5M3.5 13v3.5h13V13',
  audit: 'M10 3a7 7 0 1 0 7 7M10 6v4.2l2.8 1.8M13.5 3.4 17 4l-.6 3.4',
  search: 'M8.7 3.5a5.2 5.2 0 1 0 0 10.4 5.2 5.2 0 0 0 0-10.4Zm3.8 9L17 17',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  fit: 'M3.5 7V3.5H7M13 3.5h3.5V7M16.5 13v3.5H13M7 16.5H3.5V13M8 8h4v4H8z',
  ruler: 'M2.8 13.2 13.2 2.8l4 4L6.8 17.2zM5.6 10.4l1.6 1.6M8.2 7.8l2.2 2.2M10.8 5.2l1.6 1.6',
  north: 'M10 2.5 14 16l-4-2.6L6 16zM10 2.5v10.9',
  down: 'm5 7.5 5 5 5-5',
  right: 'm7.5 5 5 5-5 5',
  left: 'm12.5 5-5 5 5 5',
  up: 'm5 12.5 5-5 5 5',
  close: 'm5 5 10 10M15 5 5 15',
  check: 'm4 10.5 4 4 8-9',
  warning: 'M10 3.5 17.5 16h-15zM10 8.5v3.6M10 14v.1',
  info: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm0 6v4.5M10 6.6v.1',
  print: 'M6 7.5v-4h8v4M6 14H3.5V7.5h13V14H14M6 11.5h8v5H6z',
  copy: 'M7 6.5h9.5V17H7zM13 6.5V3H3.5v10.5H7',
  download: 'M10 3v9.5M6.2 9 10 12.8 13.8 9M4 16.5h12',
  columns: 'M3.5 4h13v12h-13zM8 4v12M12.3 4v12',
  filter: 'M3.5 4.5h13L11.5 11v5.5l-3-1.6V11z',
  calendar: 'M3.5 5h13v11.5h-13zM3.5 8.7h13M7 3v3.4M13 3v3.4',
  person: 'M10 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM4 16.5c.6-3 3-4.6 6-4.6s5.4 1.6 6 4.6',
  task: 'M10 3a7 7 0 1 1-6.6 4.7M10 6.5V10l2.5 2',
  undo: 'M4 8.5h8a4 4 0 0 1 0 8H8M7.2 5 3.8 8.5 7.2 12',
  file: 'M5 3h7l3.5 3.5V17H5zM12 3v3.5h3.5',
  map: 'm3.5 5 4.4-1.5 4.2 1.8L16.5 4v11l-4.4 1.5L7.900 14.700 3.500 16zM7.900 3.500v11.200M12.100 5.300V16.500',
  open: 'M8 4H4v12h12v-4M11 4h5v5M16 4l-7.500 7.500',
  more: 'M5 10h.1M10 10h.1M15 10h.1',
  moon: 'M16 11.800A6.600 6.600 0 0 1 8.200 4 6.600 6.600 0 1 0 16 11.800Z',
} as const
export type IconName = keyof typeof PATHS

export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth={name === 'more' ? 2.4 : 1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
