/** The one stylesheet. Warm paper and ink by day, graphite by night; colour only where something is wrong. */
import { palette } from './palette';
import { shapes } from './shapes';

const base = `*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:400 14px/20px var(--font);font-feature-settings:"tnum";-webkit-font-smoothing:antialiased}
a{color:inherit;text-decoration:underline;text-decoration-color:var(--line-strong);text-underline-offset:3px}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
code,pre,.mono{font:400 13px/20px var(--mono);font-feature-settings:"zero"}
code,.mono{overflow-wrap:anywhere}
h1{font:600 20px/28px var(--font);letter-spacing:-.015em;margin:0;overflow-wrap:anywhere}
h2{font:600 15px/24px var(--font);margin:var(--s8) 0 var(--s2)}
h3{font:600 14px/20px var(--font);margin:var(--s4) 0 var(--s1)}
p{margin:0 0 var(--s3)}
.lede{font:400 16px/24px var(--font);color:var(--text-2);margin:var(--s1) 0 20px;max-width:96ch;text-wrap:pretty;overflow-wrap:anywhere}
.lede b{color:var(--text);font-weight:600}
.crumbs{color:var(--text-3);margin:0;overflow-wrap:anywhere}
.quiet{color:var(--text-3)}.soft{color:var(--text-2)}.nowrap,time{white-space:nowrap}
.critical{color:var(--critical)}.warning{color:var(--warning)}.info{color:var(--info)}.unknown{color:var(--unknown)}.ok{color:var(--ok)}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.sev{display:inline-flex;align-items:center;gap:6px;font:500 14px/20px var(--font);letter-spacing:0;white-space:nowrap}
.skip{position:absolute;left:-999px}.skip:focus{left:var(--s2);top:var(--s2);background:var(--surface);padding:var(--s2);z-index:2}
`;

const frame = `.top{display:flex;align-items:center;gap:var(--s6);height:48px;padding:0 var(--s6);border-bottom:1px solid var(--line);background:var(--surface)}
.top a{text-decoration:none}
.logo{display:flex;gap:var(--s2);align-items:center;font-weight:600;letter-spacing:-.01em;min-height:24px}
.top nav{display:flex;gap:var(--s1);flex:1}
.top nav a{padding:4px 10px;border-radius:var(--r);color:var(--text-2)}
.top nav a[aria-current]{background:var(--sunken);color:var(--text);font-weight:500}
.you{color:var(--text-3);display:flex;gap:var(--s3);align-items:center;min-width:0}
.you .who{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.plain{font:inherit;color:var(--text-2);background:none;border:0;padding:4px 6px;cursor:pointer;border-radius:var(--r);white-space:nowrap}
.plain:hover{background:var(--sunken)}
main{max-width:1280px;margin:0 auto;padding:var(--s6)}
main.narrow{max-width:640px;padding-top:var(--s12)}
.card{background:var(--surface);border:1px solid var(--line);border-radius:var(--r-card);margin:0;overflow:hidden}
.pad{padding:var(--s4)}
.strip{border:1px solid var(--line);border-left:3px solid var(--line-strong);border-radius:var(--r);background:var(--surface);padding:var(--s2) var(--s3);margin:0 0 var(--s4)}
.strip.unknown{color:var(--text);border-color:var(--unknown-fill);border-style:dashed;background:repeating-linear-gradient(45deg,var(--unknown-tint) 0 6px,var(--surface) 6px 12px)}
.strip.warning{color:var(--text);border-left-color:var(--warning-fill)}
pre{background:var(--sunken);border:1px solid var(--line);border-radius:8px;padding:var(--s3) 14px;margin:var(--s2) 0 var(--s3);overflow-x:auto;color:var(--text)}
pre.said{white-space:pre-wrap;overflow-wrap:anywhere}
.foot{max-width:1280px;margin:var(--s6) auto 0;padding:0 var(--s6) var(--s6);color:var(--text-3);font-size:12px;line-height:16px}
`;

const lists = `.rows{list-style:none;margin:0;padding:0}
.row{display:grid;gap:var(--s4);align-items:center;padding:10px var(--s4);border-top:1px solid var(--line);position:relative;min-height:40px}
.rows>.row:first-child,.card>.row:first-child{border-top:0}.head+.rows>.row:first-child{border-top:1px solid var(--line)}
.row:has(.go):hover{background:var(--sunken)}
.go{text-decoration:none;font-weight:500;overflow-wrap:anywhere}.go::after{content:"";position:absolute;inset:0}
.go .quiet{font-weight:400}
.head{color:var(--text-3);font-size:12px;line-height:16px;padding-top:var(--s2);padding-bottom:var(--s2);min-height:0}
.fleet .row{grid-template-columns:20px 240px minmax(0,1fr) 112px 116px 44px 104px}
.checks .row{grid-template-columns:20px minmax(0,1fr) auto}
.number-column{text-align:right}
.after{margin-top:var(--s6)}.after>summary,main>section details>summary{cursor:pointer;padding:4px 0;margin-bottom:var(--s2)}
.members .row{grid-template-columns:20px 200px minmax(0,1fr) 116px 44px 92px 104px}
.fleet .rows>.row>:nth-child(3),.members .rows>.row>:nth-child(3){text-wrap:pretty;overflow-wrap:anywhere;color:var(--text-2)}.row b{font-weight:600;color:var(--text)}.fleet .rows .row>:nth-child(6),.members .rows .row>:nth-child(5),.members .rows .row>:nth-child(6){font:500 13px/20px var(--mono);color:var(--text-2)}.fleet .rows>.row>:last-child,.members .rows>.row>:last-child{color:var(--text-3);white-space:nowrap}
.counts{display:flex;gap:var(--s2);flex-wrap:wrap}.counts span{white-space:nowrap}
.squares{display:flex;gap:3px;flex-wrap:wrap;max-width:240px}
.squares{align-items:center}.squares i{flex:none;width:12px;height:12px;border-radius:3px;background:var(--tile)}
.squares .c{background:var(--critical-fill)}.squares .w{background:var(--warning-fill)}
.squares .i{background:none;border:1.5px solid var(--info-fill)}
.squares .u{background:repeating-linear-gradient(45deg,var(--unknown-fill) 0 2px,transparent 2px 4px);outline:1px dashed var(--unknown-fill);outline-offset:-1px}
.squares .s{background:none;border:1.5px solid var(--text-3)}
.squares .p{background:none;border:1.5px dotted var(--text-3)}
.fold{border-top:1px solid var(--line)}.card>.fold:first-child{border-top:0}
.fold>summary{padding:var(--s3) var(--s4);cursor:pointer;color:var(--text-2);list-style-position:inside}
.fold>summary b{color:var(--text)}
.fold .row{border-top:1px solid var(--line)}
.empty{padding:var(--s6) var(--s4);max-width:72ch}.empty p:last-child{margin:0}
table{border-collapse:collapse;width:100%}
th{font:400 12px/16px var(--font);color:var(--text-3);text-align:left}
th,td{padding:var(--s2) var(--s4);border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
thead th{border-top:0}tbody th{font:400 13px/20px var(--mono);color:var(--text)}
.scroll{overflow-x:auto}
.vitals th{width:160px;font:500 14px/24px var(--font)}.vitals td{line-height:24px}.vitals tr:first-child>*{border-top:0}.spark-cell{width:176px}
.spark{display:block}.spark polyline{fill:none;stroke:var(--text-3);stroke-width:1.5;stroke-linejoin:round}.spark .floor{stroke:var(--line);stroke-width:1}
.asof{font:400 12px/24px var(--font);margin-left:var(--s2)}tbody+thead th{border-top:1px solid var(--line);padding-top:var(--s4)}
`;

const findings = `.finding{padding:var(--s4);border-top:1px solid var(--line)}.finding:first-child{border-top:0}
.finding>summary{cursor:pointer;list-style:none}.finding>summary::-webkit-details-marker{display:none}
.finding h3{font:600 15px/24px var(--font);margin:0;display:flex;gap:0 var(--s2);align-items:baseline;flex-wrap:wrap;overflow-wrap:anywhere}
.finding[open]>summary{margin-bottom:var(--s2)}details.finding:not([open])>summary h3::after{content:"Show";font:400 12px/24px var(--font);color:var(--text-3);margin-left:auto}
.finding h4{font:500 12px/16px var(--font);color:var(--text-3);margin:var(--s3) 0 var(--s1)}
.finding p{max-width:96ch;overflow-wrap:anywhere;margin-bottom:var(--s2)}.finding>:last-child{margin-bottom:0}
.number{font:500 13px/20px var(--mono);color:var(--text-2)}
.aside{color:var(--text-3);font-size:12px;line-height:16px}
`;

const forms = `form.fields{display:grid;gap:var(--s3);max-width:420px}
label{display:grid;gap:var(--s1);font-weight:500}
label .hint{font-weight:400;color:var(--text-3);font-size:12px;line-height:16px}
input,select{font:inherit;color:var(--text);background:var(--surface);border:1px solid var(--line-strong);border-radius:var(--r);padding:6px 10px;min-height:34px;width:100%}
.btn{font:500 14px/20px var(--font);color:var(--text);background:var(--surface);border:1px solid var(--line-strong);border-radius:var(--r);padding:6px var(--s3);min-height:34px;cursor:pointer;justify-self:start;text-decoration:none;display:inline-block}
.btn.main{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.wrong{color:var(--critical);font-weight:500}
.two{display:grid;grid-template-columns:minmax(0,1fr) 320px;gap:var(--s6);align-items:start}
`;

const enrolling = `.type{user-select:all;cursor:copy}
.token{font-size:16px;line-height:24px;font-weight:500;background:var(--surface);border-color:var(--line-strong)}
.ways{margin-top:var(--s6)}
.ways details{border-top:1px solid var(--line);padding:0 var(--s4)}.ways details:first-child{border-top:0}
.ways summary{padding:var(--s3) 0;cursor:pointer}
.ways details>p:last-child{margin-bottom:var(--s4)}
.ways p,.answers dd{max-width:96ch}
.answers{display:grid;grid-template-columns:220px minmax(0,1fr);gap:var(--s3) var(--s4);margin:0 0 var(--s6)}
.answers dt{font-weight:500}.answers dd{margin:0;color:var(--text-2);overflow-wrap:anywhere}
`;

const phone = `@media (max-width:900px){.two{grid-template-columns:minmax(0,1fr)}}
@media (max-width:760px){main,main.narrow{padding:var(--s4)}.top{padding:0 var(--s4);gap:var(--s3)}.you .who{display:none}.foot{padding:0 var(--s4) var(--s4)}
.fleet .row,.members .row{grid-template-columns:20px minmax(0,1fr) auto;grid-template-areas:"g n a" ". s s" ". d d";gap:2px 10px}
.fleet .row>:nth-child(1),.members .row>:nth-child(1){grid-area:g}.fleet .row>:nth-child(2),.members .row>:nth-child(2){grid-area:n}.fleet .row>:nth-child(3),.members .row>:nth-child(3){grid-area:s}.fleet .row>:nth-child(4){grid-area:d;margin-top:var(--s1)}.fleet .row>:last-child,.members .row>:last-child{grid-area:a}
.fleet .row>:nth-child(5),.fleet .row>:nth-child(6),.members .row>:nth-child(4),.members .row>:nth-child(5),.members .row>:nth-child(6),.fleet .head,.members .head{display:none}
.answers{grid-template-columns:minmax(0,1fr);gap:var(--s1)}.answers dd{margin-bottom:var(--s2)}
th,td{padding:var(--s2)}.vitals th{width:104px}th.wide,td.wide{display:none}}
@media (prefers-reduced-motion:no-preference){a,.btn,.row{transition:background-color 120ms,text-decoration-color 120ms}}
@media print{body{background:#fff;color:#000}.top nav,.you,.btn,form{display:none}.card,pre{border-color:#999}a::after{content:none}}
`;

export const stylesheet = palette + base + shapes + frame + lists + findings + forms + enrolling + phone;
