import { readFileSync } from 'node:fs'
import { writePolygonWkb } from '@dishu/base/wkb'
import { writeGeoPackage } from '@dishu/formats/write/geopackage'
const f=(s:string,A:any)=>{const b=readFileSync('/tmp/Z2/p100k'+s);return new A(b.buffer.slice(b.byteOffset,b.byteOffset+b.length))}
const xy=f('.xy.f64',Float64Array),ring=f('.ring.u32',Uint32Array),poly=f('.poly.u32',Uint32Array)
function* rows(){for(let p=0;p+1<poly.length;p++){const rings=[];for(let r=poly[p];r<poly[p+1];r++)rings.push(xy.slice(2*ring[r],2*ring[r+1]));yield {values:[`${p}`],wkb:writePolygonWkb([{rings}])}}}
await writeGeoPackage('/tmp/Z2/p100k.gpkg',[{name:'parcels',fields:[{name:'id',type:'text'}],rows:rows(),geometry:'polygon',epsg:4547}])
