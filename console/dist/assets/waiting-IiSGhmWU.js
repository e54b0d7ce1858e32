import{a8 as r}from"./resource.svelte-CgD_bV2q.js";const n=200;function i(t){return r("/v1/forms",{query:{own:"true",status:"pending",limit:n},signal:t})}export{i as w};
