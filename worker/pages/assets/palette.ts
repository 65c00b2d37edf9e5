/** Colours, type and space as variables. Every text colour keeps 4.5:1 on all three grounds, by day and by night. */

const day = `--bg:#F7F6F3;--surface:#FFFFFF;--sunken:#F0EEEA;--line:#E2DFD9;--line-strong:#C9C5BD;
--text:#1B1A18;--text-2:#55514A;--text-3:#6C675F;--accent:#0B6470;--on-accent:#FFFFFF;
--critical:#B0122E;--critical-fill:#AE1030;--critical-tint:#FDECEE;
--warning:#8A4B00;--warning-fill:#C77100;--warning-tint:#FFF2DC;
--info:#2B5F94;--info-fill:#2F74B5;--info-tint:#E9F1FA;
--unknown:#6A3FA3;--unknown-fill:#8A6FBF;--unknown-tint:#F2ECFA;
--ok:#1D6B45;--ok-tint:#E8F4EC;--tile:#D5DAD6`;

const night = `--bg:#0E1113;--surface:#15191C;--sunken:#0B0D0F;--line:#262C30;--line-strong:#3B4349;
--text:#E9EBEC;--text-2:#AAB2B7;--text-3:#8A9298;--accent:#5CC3CF;--on-accent:#06262A;
--critical:#FF8B98;--critical-fill:#F2405A;--critical-tint:#34161B;
--warning:#F3B24A;--warning-fill:#F0B040;--warning-tint:#30230A;
--info:#86BDF0;--info-fill:#4F97DA;--info-tint:#12253A;
--unknown:#C6A8F2;--unknown-fill:#A98FDD;--unknown-tint:#251B37;
--ok:#72CC9B;--ok-tint:#10281C;--tile:#333B40`;

export const palette = `:root{color-scheme:light dark;${day};
--font:"Inter",ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
--mono:"JetBrains Mono",ui-monospace,"Cascadia Mono","Liberation Mono",monospace;
--s1:4px;--s2:8px;--s3:12px;--s4:16px;--s6:24px;--s8:32px;--s12:48px;--r:6px;--r-card:10px}
@media (prefers-color-scheme:dark){:root{${night}}}
`;
