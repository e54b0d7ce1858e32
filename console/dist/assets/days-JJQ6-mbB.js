function r(e,N){const[a=NaN,n=NaN,i=NaN]=e.split("-").map(Number),t=new Date(a,n-1,i+N);return Number.isNaN(t.getTime())?"":t.toISOString()}export{r as b};
