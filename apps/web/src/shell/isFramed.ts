/** Whether the page stands inside another one, which could cover parts of it. */
export const isFramed = window.self !== window.top
