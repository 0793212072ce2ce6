/** The kernel's picture in Jupyter's launcher: a sight line through a frame. */
export const logo = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64">
<rect width="64" height="64" rx="10" fill="#12355b"/>
<path d="M14 24v-8a2 2 0 0 1 2-2h8M40 14h8a2 2 0 0 1 2 2v8M50 40v8a2 2 0 0 1-2 2h-8M24 50h-8a2 2 0 0 1-2-2v-8"
 fill="none" stroke="#7fd1ff" stroke-width="4" stroke-linecap="round"/>
<text x="32" y="40" font-family="sans-serif" font-size="20" font-weight="700" text-anchor="middle" fill="#fff">TS</text>
</svg>
`;
