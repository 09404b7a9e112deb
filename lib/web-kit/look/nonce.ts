/**
 * The nonce by which the browser knows the styles that this page writes itself; none where the page came without one (while developing).
 * Some parts of the component library write a style without being told the nonce (the one that keeps a page behind a dialog from
 * scrolling, the one that measures scroll bars), so every style element made here bears it. Markup from elsewhere still gets none.
 */
const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')
export const nonceOfStyles: string | undefined = meta?.nonce || undefined

if (nonceOfStyles !== undefined) {
  const create = Document.prototype.createElement
  Document.prototype.createElement = function (this: Document, name: string, options?: ElementCreationOptions) {
    const made = create.call(this, name, options)
    if (name.toLowerCase() === 'style') made.nonce = nonceOfStyles
    return made
  } as typeof create
}
