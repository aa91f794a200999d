<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
<name>ParallelRaster</name>
<message>
<source>Benchmark serial and parallel</source>
<translation>Leistungsvergleich seriell und parallel</translation>
</message>
<message>
<source>Input raster</source>
<translation>Eingaberaster</translation>
</message>
<message>
<source>Positive term, A</source>
<translation>Positiver Term, A</translation>
</message>
<message>
<source>Negative term, B</source>
<translation>Negativer Term, B</translation>
</message>
<message>
<source>Most workers (threads; 0 = as many as QGIS may use)</source>
<translation>Höchstzahl der Worker (Threads; 0 = so viele, wie QGIS nutzen darf)</translation>
</message>
<message>
<source>Runs of each way</source>
<translation>Läufe je Verfahren</translation>
</message>
<message>
<source>Chunk sizes (pixels)</source>
<translation>Chunkgrößen (Pixel)</translation>
</message>
<message>
<source>Extent (none: all, at most 6144 x 6144 pixels in the middle)</source>
<translation>Ausdehnung (leer: alles, höchstens 6144 x 6144 Pixel in der Mitte)</translation>
</message>
<message>
<source>Make the best chunk size the default of all algorithms</source>
<translation>Beste Chunkgröße als Standardwert aller Algorithmen übernehmen</translation>
</message>
<message>
<source>Report</source>
<translation>Bericht</translation>
</message>
<message>
<source>HTML files (*.html)</source>
<translation>HTML-Dateien (*.html)</translation>
</message>
<message>
<source>Table of measurements</source>
<translation>Tabelle der Messwerte</translation>
</message>
<message>
<source>CSV files (*.csv)</source>
<translation>CSV-Dateien (*.csv)</translation>
</message>
<message>
<source>Speedup (serial time / parallel time)</source>
<translation>Beschleunigung (serielle Zeit / parallele Zeit)</translation>
</message>
<message>
<source>Best chunk size (pixels)</source>
<translation>Beste Chunkgröße (Pixel)</translation>
</message>
<message>
<source>The chunk size of all algorithms is now {} unless you say otherwise.</source>
<translation>Die Chunkgröße aller Algorithmen ist jetzt {}, sofern nichts anderes angegeben wird.</translation>
</message>
<message>
<source>Check installation</source>
<translation>Installation prüfen</translation>
</message>
<message>
<source>dependencies,missing package,diagnose,version,help,install</source>
<translation>Abhängigkeiten,fehlendes Paket,Diagnose,Version,Hilfe,installieren,dependencies,missing package</translation>
</message>
<message>
<source>Cluster to look at too</source>
<translation>Cluster, der mitgeprüft werden soll</translation>
</message>
<message>
<source>The algorithms will run</source>
<translation>Die Algorithmen sind lauffähig</translation>
</message>
<message>
<source>Merge tiles</source>
<translation>Kacheln zusammenführen</translation>
</message>
<message>
<source>mosaic,merge,tiles,virtual raster,vrt,feather,blend,parallel,dask</source>
<translation>Mosaik,zusammenführen,verschmelzen,Kacheln,virtuelles Raster,vrt,weicher Übergang,parallel,dask,mosaic,merge,feather,blend</translation>
</message>
<message>
<source>Input rasters</source>
<translation>Eingaberaster (mehrere)</translation>
</message>
<message>
<source>Input folder, instead of a list</source>
<translation>Eingabeverzeichnis, statt einer Liste</translation>
</message>
<message>
<source>Its files</source>
<translation>Dateien darin</translation>
</message>
<message>
<source>Where rasters overlap</source>
<translation>Wo sich Raster überlappen</translation>
</message>
<message>
<source>Feather: pixels over which a raster's weight grows</source>
<translation>Weicher Übergang: Pixel, über die das Gewicht eines Rasters zunimmt</translation>
</message>
<message>
<source>First and Last: leave out the overlap of tiles that a tiles.json lists</source>
<translation>Erster und letzter: Überlappung von Kacheln weglassen, die eine tiles.json aufführt</translation>
</message>
<message>
<source>Pixels that are nodata in some of their bands</source>
<translation>Pixel mit Leerwert in einem Teil ihrer Kanäle</translation>
</message>
<message>
<source>Pixel size</source>
<translation>Pixelgröße</translation>
</message>
<message>
<source>Pixel size (with the choice above)</source>
<translation>Pixelgröße (zur Auswahl oben)</translation>
</message>
<message>
<source>Resampling of rasters off the grid, or in another CRS</source>
<translation>Abtastung von Rastern neben dem Gitter oder in einem anderen KBS</translation>
</message>
<message>
<source>Nodata of all rasters, over what they declare</source>
<translation>Leerwert aller Raster, statt der in den Dateien angegebenen</translation>
</message>
<message>
<source>Nodata of the output (empty: by the rules in the help)</source>
<translation>Leerwert der Ausgabe (leer: nach den Regeln in der Hilfe)</translation>
</message>
<message>
<source>Output data type</source>
<translation>Ausgabedatentyp</translation>
</message>
<message>
<source>Merged</source>
<translation>Zusammengeführt</translation>
</message>
<message>
<source>Parallel normalized difference</source>
<translation>Parallele normalisierte Differenz</translation>
</message>
<message>
<source>index,indices,vegetation,water,snow,band math,raster calculator,parallel,dask</source>
<translation>Index,Indizes,Vegetation,Wasser,Schnee,Kanalberechnung,Rasterrechner,parallel,dask,band math,raster calculator</translation>
</message>
<message>
<source>Positive term, A (near infrared for NDVI)</source>
<translation>Positiver Term, A (nahes Infrarot für den NDVI)</translation>
</message>
<message>
<source>Negative term, B (red for NDVI)</source>
<translation>Negativer Term, B (Rot für den NDVI)</translation>
</message>
<message>
<source>Raster of the negative term, if another</source>
<translation>Raster des negativen Terms, falls ein anderes</translation>
</message>
<message>
<source>Its band</source>
<translation>Kanal darin</translation>
</message>
<message>
<source>Where its grid is another</source>
<translation>Wo sein Gitter ein anderes ist</translation>
</message>
<message>
<source>Overview (-1: the raster itself, 0: its first overview)</source>
<translation>Übersicht (-1: das Raster selbst, 0: seine erste Übersicht)</translation>
</message>
<message>
<source>Normalized difference</source>
<translation>Normalisierte Differenz</translation>
</message>
<message>
<source>Mask (class or quality layer)</source>
<translation>Maske (Klassen- oder Qualitätslayer)</translation>
</message>
<message>
<source>Values of the mask that hide a pixel (3,8-10)</source>
<translation>Werte der Maske, die ein Pixel ausblenden (3,8-10)</translation>
</message>
<message>
<source>Bits of the mask that hide a pixel, instead of values (1-4)</source>
<translation>Bits der Maske, die ein Pixel ausblenden, statt der Werte (1-4)</translation>
</message>
<message>
<source>Distance by which hidden pixels grow, in map units</source>
<translation>Abstand, um den ausgeblendete Pixel wachsen, in Karteneinheiten</translation>
</message>
<message>
<source>Normalized difference of tiles</source>
<translation>Normalisierte Differenz von Kacheln</translation>
</message>
<message>
<source>index,indices,vegetation,water,snow,batch,folder,many,parallel,dask</source>
<translation>Index,Indizes,Vegetation,Wasser,Schnee,Stapel,Verzeichnis,viele,parallel,dask,batch,folder</translation>
</message>
<message>
<source>Positive term, A (band of the near infrared for NDVI)</source>
<translation>Positiver Term, A (Kanal des nahen Infrarots für den NDVI)</translation>
</message>
<message>
<source>Negative term, B (band of the red for NDVI)</source>
<translation>Negativer Term, B (Kanal des Rots für den NDVI)</translation>
</message>
<message>
<source>Normalized differences</source>
<translation>Normalisierte Differenzen</translation>
</message>
<message>
<source>Number of files</source>
<translation>Anzahl der Dateien</translation>
</message>
<message>
<source>{index} of tiles</source>
<translation>{index} der Kacheln</translation>
</message>
<message>
<source>Measures how long the normalized difference of your raster takes serially (one thread, a plain loop over the chunks, no Dask) and in parallel with 1, 2, 4 and more threads, each with chunks of several sizes.</source>
<translation>Misst, wie lange die normalisierte Differenz eines Rasters seriell dauert (ein Thread, eine einfache Schleife über die Chunks, ohne Dask) und parallel mit 1, 2, 4 und mehr Threads, jeweils mit Chunks mehrerer Größen.</translation>
</message>
<message>
<source>Every run is the whole job from file to file. The ways take turns, so that a busy minute of the computer hits all alike, and the median of each counts. Every result is compared with that of the serial loop, pixel by pixel; the results are removed again.</source>
<translation>Jeder Lauf ist der ganze Vorgang von Datei zu Datei. Die Verfahren wechseln sich ab, damit eine unruhige Minute des Rechners alle gleich trifft, und der Median von jedem zählt. Jedes Ergebnis wird Pixel für Pixel mit dem der seriellen Schleife verglichen; die Ergebnisse werden wieder gelöscht.</translation>
</message>
<message>
<source>Of a raster of more than 6144 x 6144 pixels as many in the middle are used; Extent chooses another part. Leave the computer alone meanwhile.</source>
<translation>Von einem Raster mit mehr als 6144 x 6144 Pixeln werden so viele in der Mitte verwendet; „Ausdehnung“ wählt einen anderen Teil. Den Rechner so lange in Ruhe lassen.</translation>
</message>
<message>
<source>Speedup is the time of the best serial way divided by that of the best parallel one. The best chunk size can become the default of all algorithms: tick the box among the advanced parameters, or enter it in the Processing options. The report draws all of it as curves; the table has the numbers.</source>
<translation>Die Beschleunigung ist die Zeit des besten seriellen Verfahrens geteilt durch die des besten parallelen. Die beste Chunkgröße kann zum Standardwert aller Algorithmen werden: dazu unter den erweiterten Parametern das Kästchen ankreuzen oder sie in den Optionen unter „Verarbeitung“ eintragen. Der Bericht zeigt alles als Kurven; die Tabelle enthält die Zahlen.</translation>
</message>
<message>
<source>A Landsat image with bands 4 and 3. A raster of 100 megapixels or more shows what parallel work is worth; on a small one the start of a run outweighs it.</source>
<translation>Ein Landsat-Bild mit den Kanälen 4 und 3. Ein Raster von 100 Megapixeln oder mehr zeigt, was paralleles Arbeiten bringt; bei einem kleinen überwiegt der Start eines Laufs.</translation>
</message>
<message>
<source>The part that is measured, in whole pixels. Empty: all, at most 6144 x 6144 in the middle.</source>
<translation>Der Teil, der gemessen wird, in ganzen Pixeln. Leer: alles, höchstens 6144 x 6144 in der Mitte.</translation>
</message>
<message>
<source>1, 2, 4 and so on up to this number of threads are tried. 0: as many as QGIS may use.</source>
<translation>1, 2, 4 und so weiter bis zu dieser Anzahl von Threads werden ausprobiert. 0: so viele, wie QGIS nutzen darf.</translation>
</message>
<message>
<source>How GDAL stores the results that are measured; a slow compression hides what reading costs.</source>
<translation>Wie GDAL die Ergebnisse speichert, die gemessen werden; eine langsame Kompression verdeckt, was das Lesen kostet.</translation>
</message>
<message>
<source>How often every way is run; the median counts. One more run warms up and does not count.</source>
<translation>Wie oft jedes Verfahren läuft; der Median zählt. Ein weiterer Lauf wärmt auf und zählt nicht.</translation>
</message>
<message>
<source>Edges of the chunks that are tried, divided by commas. A size that makes one chunk of the whole, or that the memory does not hold, is left out and named in the log.</source>
<translation>Kantenlängen der Chunks, die ausprobiert werden, durch Kommas getrennt. Eine Größe, bei der das Ganze ein einziger Chunk wäre oder die der Speicher nicht fasst, wird ausgelassen und im Protokoll genannt.</translation>
</message>
<message>
<source>The best size becomes the default Chunk size in the Processing options.</source>
<translation>Die beste Größe wird zum Standardwert von „Chunkgröße“ in den Optionen unter „Verarbeitung“.</translation>
</message>
<message>
<source>A CSV file with the time of every run.</source>
<translation>Eine CSV-Datei mit der Zeit jedes Laufs.</translation>
</message>
<message>
<source>Looks at what this plugin needs and says what is missing, what is wrong, and how to mend it on Debian and Ubuntu, Windows (OSGeo4W), macOS and with conda.</source>
<translation>Sieht nach, was diese Erweiterung braucht, und sagt, was fehlt, was nicht stimmt und wie es unter Debian und Ubuntu, Windows (OSGeo4W), macOS und mit conda zu beheben ist.</translation>
</message>
<message>
<source>It tells the versions of QGIS, Python, GDAL, PROJ, rasterio, rioxarray, dask and numpy; whether QGIS and rasterio share one GDAL, and if not, whether that is safe here; which compressions GeoTIFFs may have; threads and memory of a run; and it tries a run on a small raster. Where a cluster is named, it says whether that can be reached and has workers of the same version.</source>
<translation>Genannt werden die Versionen von QGIS, Python, GDAL, PROJ, rasterio, rioxarray, dask und numpy; ob QGIS und rasterio dasselbe GDAL verwenden, und falls nicht, ob das hier unbedenklich ist; welche Kompressionen für GeoTIFFs verfügbar sind; Threads und Speicher eines Laufs; außerdem wird ein Lauf mit einem kleinen Raster versucht. Ist ein Cluster angegeben, wird gesagt, ob er erreichbar ist und Worker derselben Version hat.</translation>
</message>
<message>
<source>It works where all those packages are missing. Nothing is changed and nothing is fetched. The result OK is true when the other algorithms will run.</source>
<translation>Das funktioniert auch, wenn all diese Pakete fehlen. Nichts wird verändert und nichts heruntergeladen. Das Ergebnis OK ist wahr, wenn die anderen Algorithmen lauffähig sind.</translation>
</message>
<message>
<source>When another algorithm says that a package is missing, run this one: the page in the results viewer has the command for your system.</source>
<translation>Wenn ein anderer Algorithmus meldet, dass ein Paket fehlt, diesen hier starten: Die Seite in der Ergebnisanzeige enthält den Befehl für das eigene System.</translation>
</message>
<message>
<source>The findings as a page, with the commands that mend them on each system.</source>
<translation>Die Befunde als Seite, mit den Befehlen, die auf jedem System Abhilfe schaffen.</translation>
</message>
<message>
<source>Number of rasters</source>
<translation>Anzahl der Raster</translation>
</message>
<message>
<source>Blocks copied without decoding (percent)</source>
<translation>Ohne Dekodieren kopierte Blöcke (Prozent)</translation>
</message>
<message>
<source>Merges any number of rasters to one, chunk by chunk on all processors. Thousands of tiles work: a few of them are open at a time.</source>
<translation>Führt beliebig viele Raster zu einem zusammen, Chunk für Chunk auf allen Prozessorkernen. Auch Tausende Kacheln sind möglich: Nur wenige davon sind gleichzeitig geöffnet.</translation>
</message>
<message>
<source>A pixel counts where it is finite, not nodata, and not hidden by a mask or alpha of its own file; an invisible pixel never hides a visible one.</source>
<translation>Ein Pixel zählt, wenn es endlich, kein Leerwert und nicht durch eine Maske oder einen Alphakanal seiner eigenen Datei ausgeblendet ist; ein unsichtbares Pixel verdeckt nie ein sichtbares.</translation>
</message>
<message>
<source>Nodata counts band by band, unless another rule is chosen for pixels that are nodata in some bands: where one band of a pixel is nodata, its other bands still count. The log says how many pixels have bands of several rasters because of that. A mask and alpha hide all bands together. Where the output has a mask and no nodata value, that mask shows a pixel when any of its bands has a value; how many pixels have an empty band beside it (it holds 0) is said in the log, and Nodata of the output marks them.</source>
<translation>Leerwerte zählen je Kanal, sofern für Pixel mit Leerwert in einem Teil ihrer Kanäle keine andere Regel gewählt ist: Wo ein Kanal eines Pixels leer ist, zählen seine anderen Kanäle trotzdem. Wie viele Pixel deshalb Kanäle aus mehreren Rastern haben, steht im Protokoll. Eine Maske und ein Alphakanal blenden alle Kanäle gemeinsam aus. Hat die Ausgabe eine Maske und keinen Leerwert, zeigt diese Maske ein Pixel, sobald einer seiner Kanäle einen Wert hat; wie viele Pixel daneben einen leeren Kanal haben (er enthält 0), steht im Protokoll, und „Leerwert der Ausgabe“ kennzeichnet sie.</translation>
</message>
<message>
<source>First and Last take the pixel of the first, or last, raster of the list that has one; tiles of a set that Tile raster made (with its list tiles.json) give their own pixels and leave their overlap out. The other methods take whole tiles. Feather weighs each raster by the distance to its edge, so that seams fade.</source>
<translation>„Erster“ und „Letzter“ nehmen das Pixel des ersten oder letzten Rasters der Liste, das dort eines hat; Kacheln eines von „Raster kacheln“ erzeugten Satzes (mit seiner Liste tiles.json) geben ihre eigenen Pixel her und lassen ihre Überlappung weg. Die anderen Verfahren nehmen ganze Kacheln. „Weicher Übergang“ gewichtet jedes Raster nach dem Abstand zum Rand, sodass Nähte verschwimmen.</translation>
</message>
<message>
<source>Nothing is shifted, rounded or wrapped in silence: rasters in another CRS, off the grid of the first (by more than 0.01 pixel), of other bands, scales or offsets are refused with the numbers, unless Resampling asks for the grid. The automatic type holds every value; a result that a chosen type cannot hold is an error. What all rasters say alike (nodata, colours, units, metadata) the result says too.</source>
<translation>Nichts wird stillschweigend verschoben, gerundet oder abgeschnitten: Raster in einem anderen KBS, neben dem Gitter des ersten (um mehr als 0,01 Pixel), mit anderen Kanälen, Skalierungen oder Versätzen werden unter Angabe der Zahlen abgelehnt, wenn nicht „Abtastung“ das Gitter verlangt. Der automatische Datentyp fasst jeden Wert; ein Ergebnis, das ein gewählter Datentyp nicht fasst, ist ein Fehler. Was alle Raster übereinstimmend angeben (Leerwert, Farben, Einheiten, Metadaten), gibt auch das Ergebnis an.</translation>
</message>
<message>
<source>The result appears when it is complete and verified; a run that fails or is cancelled leaves nothing behind. A name that ends in .vrt gives a virtual mosaic of First or Last, which names its tiles and takes no room.</source>
<translation>Das Ergebnis erscheint, wenn es vollständig und geprüft ist; ein Lauf, der scheitert oder abgebrochen wird, hinterlässt nichts. Ein Name, der auf .vrt endet, ergibt bei „Erster“ oder „Letzter“ ein virtuelles Mosaik, das seine Kacheln nur nennt und keinen Platz braucht.</translation>
</message>
<message>
<source>As Input folder, the folder of tiles that Tile raster made gives the raster back, bit for bit.</source>
<translation>Das Verzeichnis der Kacheln, die „Raster kacheln“ erzeugt hat, ergibt als „Eingabeverzeichnis“ wieder das Raster, Bit für Bit.</translation>
</message>
<message>
<source>How GDAL stores the GeoTIFF, e.g. COMPRESS=ZSTD. What is not given is as in the first input where that is a tiled, lossless GeoTIFF, else tiled, 512 x 512, DEFLATE with a predictor that fits.</source>
<translation>Wie GDAL das GeoTIFF speichert, z.B. COMPRESS=ZSTD. Was nicht angegeben ist, ist wie in der ersten Eingabe, wenn diese ein gekacheltes, verlustfreies GeoTIFF ist, sonst gekachelt, 512 x 512, DEFLATE mit passendem Prädiktor.</translation>
</message>
<message>
<source>What a pixel becomes where several rasters have one.</source>
<translation>Was aus einem Pixel wird, für das mehrere Raster eines haben.</translation>
</message>
<message>
<source>For Feather: pixels from the edge over which the weight of a raster grows to the full.</source>
<translation>Für „Weicher Übergang“: Pixel vom Rand, über die das Gewicht eines Rasters bis zum vollen zunimmt.</translation>
</message>
<message>
<source>For First and Last: tiles made by Tile raster give their own pixels only, as their list says.</source>
<translation>Für „Erster“ und „Letzter“: Von „Raster kacheln“ erzeugte Kacheln geben nur ihre eigenen Pixel her, wie es in ihrer Liste steht.</translation>
</message>
<message>
<source>With each band by itself, a pixel that is nodata in some bands gets these from the next raster, so its bands may come from several. Taking pixels whole works with First and Last; leaving out pixels that are not complete, with every method.</source>
<translation>Mit „Jeder Kanal für sich“ bekommt ein Pixel, das in einigen Kanälen leer ist, diese aus dem nächsten Raster; seine Kanäle können also aus mehreren stammen. Pixel als Ganzes zu übernehmen geht mit „Erster“ und „Letzter“, unvollständige Pixel wegzulassen mit jeder Methode.</translation>
</message>
<message>
<source>Pixel size of the result where the rasters have several. Another than the same for all needs a resampling.</source>
<translation>Pixelgröße des Ergebnisses, wenn die Raster mehrere haben. Alles außer „Für alle gleich“ braucht eine Abtastmethode.</translation>
</message>
<message>
<source>In map units; used where pixel size below is chosen.</source>
<translation>In Karteneinheiten; verwendet, wenn „Pixelgröße unten“ gewählt ist.</translation>
</message>
<message>
<source>Brings rasters that are off the grid, or in another CRS, onto the CRS and grid of the first.</source>
<translation>Bringt Raster, die neben dem Gitter oder in einem anderen KBS liegen, auf KBS und Gitter des ersten.</translation>
</message>
<message>
<source>Value that marks missing pixels in the result. Empty: the value that all rasters share, else NaN, or a mask for integers.</source>
<translation>Wert, der fehlende Pixel im Ergebnis kennzeichnet. Leer: der gemeinsame Wert aller Raster, sonst NaN oder bei ganzen Zahlen eine Maske.</translation>
</message>
<message>
<source>A type that cannot hold the result is an error; nothing wraps.</source>
<translation>Ein Datentyp, der das Ergebnis nicht fasst, ist ein Fehler; nichts läuft über.</translation>
</message>
<message>
<source>A GeoTIFF, which appears when it is complete and verified; with the extension .vrt a virtual mosaic.</source>
<translation>Ein GeoTIFF, das erscheint, wenn es vollständig und geprüft ist; mit der Endung .vrt ein virtuelles Mosaik.</translation>
</message>
<message>
<source>Minimum</source>
<translation>Minimum</translation>
</message>
<message>
<source>Maximum</source>
<translation>Maximum</translation>
</message>
<message>
<source>Mean</source>
<translation>Mittel</translation>
</message>
<message>
<source>Standard deviation</source>
<translation>Standardabweichung</translation>
</message>
<message>
<source>Valid pixels (percent)</source>
<translation>Gültige Pixel (Prozent)</translation>
</message>
<message>
<source>Pixels outside [-1, 1]</source>
<translation>Pixel außerhalb von [-1, 1]</translation>
</message>
<message>
<source>Computes (A - B) / (A + B) of two bands, chunk by chunk on all processors: NDVI with A = near infrared and B = red, and its relatives.</source>
<translation>Berechnet (A - B) / (A + B) zweier Kanäle, Chunk für Chunk auf allen Prozessorkernen: den NDVI mit A = nahes Infrarot und B = Rot und seine Verwandten.</translation>
</message>
<message>
<source>A pixel counts when it is valid in both bands: finite, not nodata, not hidden by a mask or alpha. Every other pixel becomes nodata.</source>
<translation>Ein Pixel zählt, wenn es in beiden Kanälen gültig ist: endlich, kein Leerwert, nicht durch eine Maske oder einen Alphakanal ausgeblendet. Jedes andere Pixel wird zum Leerwert.</translation>
</message>
<message>
<source>Scale and offset of the bands are applied; nothing wraps or overflows, and the result is the same to the last bit for any chunk size and number of workers.</source>
<translation>Skalierung und Versatz der Kanäle werden angewandt; nichts läuft über, und das Ergebnis ist bei jeder Chunkgröße und jeder Anzahl von Workern bis aufs letzte Bit dasselbe.</translation>
</message>
<message>
<source>A mask hides pixels by the values of a class layer (3,8-10 are the cloud shadows and clouds of Sentinel-2's SCL) or by the bits of a quality layer (1-4 are those of Landsat's QA_PIXEL). Of a mask of another resolution the nearest pixel counts. Outside its extent, and where it is nodata itself, pixels are hidden.</source>
<translation>Eine Maske blendet Pixel nach den Werten eines Klassenlayers aus (3,8-10 sind die Wolkenschatten und Wolken der SCL von Sentinel-2) oder nach den Bits eines Qualitätslayers (1-4 sind die des QA_PIXEL von Landsat). Bei einer Maske in anderer Auflösung zählt das nächstgelegene Pixel. Außerhalb ihrer Ausdehnung, und wo sie selbst leer ist, sind Pixel ausgeblendet.</translation>
</message>
<message>
<source>A raster of the negative term on another grid is refused unless a resampling is chosen, which brings it onto the grid of the input.</source>
<translation>Ein Raster des negativen Terms auf einem anderen Gitter wird abgelehnt, wenn keine Abtastmethode gewählt ist, die es auf das Gitter der Eingabe bringt.</translation>
</message>
<message>
<source>The result appears when it is complete and verified; a run that fails or is cancelled leaves nothing behind.</source>
<translation>Das Ergebnis erscheint, wenn es vollständig und geprüft ist; ein Lauf, der scheitert oder abgebrochen wird, hinterlässt nichts.</translation>
</message>
<message>
<source>Bands 4 and 3 of a Landsat 7 image give the NDVI. Sentinel-2 comes as one file per band: give B08 as Input raster with band 1, and B04 as Raster of the negative term.</source>
<translation>Die Kanäle 4 und 3 eines Bildes von Landsat 7 ergeben den NDVI. Sentinel-2 kommt mit einer Datei je Kanal: B08 als „Eingaberaster“ mit Kanal 1 angeben und B04 als „Raster des negativen Terms“.</translation>
</message>
<message>
<source>Only where the negative term lies in a file of its own, as with Sentinel-2. Its band below then counts instead of B.</source>
<translation>Nur wenn der negative Term in einer eigenen Datei liegt, wie bei Sentinel-2. Dann zählt deren Kanal unten statt B.</translation>
</message>
<message>
<source>Band of that raster.</source>
<translation>Kanal dieses Rasters.</translation>
</message>
<message>
<source>Brings the raster of the negative term onto the grid of the input, where it has another.</source>
<translation>Bringt das Raster des negativen Terms auf das Gitter der Eingabe, wenn es ein anderes hat.</translation>
</message>
<message>
<source>Computes from an overview of the input, for a quick look: 0 is the first and largest. The result has its grid. The raster of the negative term is read at the overview that lies on that grid, else itself; a mask keeps its own resolution. -1: the raster itself, or the OVERVIEW_LEVEL that is set on the layer.</source>
<translation>Rechnet für einen schnellen Blick mit einer Übersicht des Eingaberasters: 0 ist die erste und größte. Das Ergebnis hat deren Gitter. Vom Raster des negativen Terms wird die Übersicht auf diesem Gitter gelesen, sonst das Raster selbst; eine Maske behält ihre eigene Auflösung. -1: das Raster selbst oder der OVERVIEW_LEVEL, der am Layer gesetzt ist.</translation>
</message>
<message>
<source>A class layer such as Sentinel-2's SCL, or a quality layer such as Landsat's QA_PIXEL. Another resolution is no matter.</source>
<translation>Ein Klassenlayer wie die SCL von Sentinel-2 oder ein Qualitätslayer wie QA_PIXEL von Landsat. Eine andere Auflösung macht nichts.</translation>
</message>
<message>
<source>Band of the mask.</source>
<translation>Kanal der Maske.</translation>
</message>
<message>
<source>Values and ranges. 3,8-10: cloud shadows and clouds of Sentinel-2's SCL.</source>
<translation>Werte und Bereiche. 3,8-10: Wolkenschatten und Wolken der SCL von Sentinel-2.</translation>
</message>
<message>
<source>Bits and ranges, from 0; then used instead of the values. 1-4: clouds and their shadows of Landsat's QA_PIXEL. 8-9=2-3: where bits 8 and 9 together hold 2 or 3.</source>
<translation>Bits und Bereiche, ab 0; sie gelten dann statt der Werte. 1-4: Wolken und ihre Schatten in QA_PIXEL von Landsat. 8-9=2-3: wo die Bits 8 und 9 zusammen 2 oder 3 enthalten.</translation>
</message>
<message>
<source>Pixels within this distance of one that the values or bits hide are hidden too, such as the edges of clouds. Measured on the mask's own grid; not for masks in degrees.</source>
<translation>Pixel in diesem Abstand von einem, das Werte oder Bits ausblenden, werden auch ausgeblendet, etwa die Ränder von Wolken. Gemessen im eigenen Gitter der Maske; nicht für Masken in Grad.</translation>
</message>
<message>
<source>A GeoTIFF; it appears when it is complete and verified.</source>
<translation>Ein GeoTIFF; es erscheint, wenn es vollständig und geprüft ist.</translation>
</message>
<message>
<source>Computes (A - B) / (A + B) of two bands of every raster of a list, or of a folder, by the rules of Parallel normalized difference.</source>
<translation>Berechnet (A - B) / (A + B) zweier Kanäle für jedes Raster einer Liste oder eines Verzeichnisses, nach den Regeln von „Parallele normalisierte Differenz“.</translation>
</message>
<message>
<source>Many files are computed at once; workers and working memory are for all of them together.</source>
<translation>Viele Dateien werden gleichzeitig berechnet; Worker und Arbeitsspeicher gelten für alle zusammen.</translation>
</message>
<message>
<source>The results take the names of their rasters with the index's in front, NDVI_tile_0_1.tif say, and appear together at the end.</source>
<translation>Die Ergebnisse heißen wie ihre Raster, mit dem Namen des Index davor, zum Beispiel NDVI_tile_0_1.tif, und erscheinen am Ende gemeinsam.</translation>
</message>
<message>
<source>A raster whose pixels cannot be read is left out: the others are finished, and the run then fails and names it. A run that fails otherwise, or is cancelled, leaves the folder as it was.</source>
<translation>Ein Raster, dessen Pixel nicht gelesen werden können, wird ausgelassen: Die anderen werden fertiggestellt, danach scheitert der Lauf und nennt es. Ein Lauf, der aus anderem Grund scheitert oder abgebrochen wird, lässt das Verzeichnis, wie es war.</translation>
</message>
<message>
<source>Where the folder is a set made by Tile raster, with its list tiles.json, that list is what is computed, and it is written again for the results.</source>
<translation>Wenn das Verzeichnis ein von „Raster kacheln“ erzeugter Satz mit seiner Liste tiles.json ist, wird das berechnet, was darin steht, und die Liste wird für die Ergebnisse neu geschrieben.</translation>
</message>
<message>
<source>Tile raster, this with the folder of the tiles, then Merge tiles: the model NDVI by way of tiles does so.</source>
<translation>Erst „Raster kacheln“, dann dies mit dem Verzeichnis der Kacheln, dann „Kacheln zusammenführen“: So macht es das Modell „NDVI by way of tiles“.</translation>
</message>
<message>
<source>Folder of the results, which take the names of their rasters with the index's in front.</source>
<translation>Verzeichnis der Ergebnisse, die wie ihre Raster heißen, mit dem Namen des Index davor.</translation>
</message>
<message>
<source>Workers (threads; 0 = as many as QGIS may use)</source>
<translation>Worker (Threads; 0 = so viele, wie QGIS nutzen darf)</translation>
</message>
<message>
<source>Working memory (MB; 0 = a quarter of what is available)</source>
<translation>Arbeitsspeicher (MB; 0 = ein Viertel des verfügbaren)</translation>
</message>
<message>
<source>Chunk size (pixels; 0 = chosen)</source>
<translation>Chunkgröße (Pixel; 0 = automatisch)</translation>
</message>
<message>
<source>Creation options (KEY=VALUE|KEY=VALUE)</source>
<translation>Erzeugungsoptionen (KEY=VALUE|KEY=VALUE)</translation>
</message>
<message>
<source>Largest set of tiles that is loaded after a run (0 = none)</source>
<translation>Größter Kachelsatz, der nach einem Lauf geladen wird (0 = keiner)</translation>
</message>
<message>
<source>Example</source>
<translation>Beispiel</translation>
</message>
<message>
<source>Indexes (the bands stay yours)</source>
<translation>Indizes (die Kanäle bleiben die gewählten)</translation>
</message>
<message>
<source>The raster: a layer of the project or a file. It is never changed.</source>
<translation>Das Raster: ein Layer des Projekts oder eine Datei. Es wird nie verändert.</translation>
</message>
<message>
<source>Layers of the project or files. Give either these or a folder.</source>
<translation>Layer des Projekts oder Dateien. Entweder diese oder ein Verzeichnis angeben.</translation>
</message>
<message>
<source>A folder whose files are the input, instead of a list. Where Tile raster left its list (tiles.json) there, that list counts.</source>
<translation>Ein Verzeichnis, dessen Dateien die Eingabe sind, statt einer Liste. Hat „Raster kacheln“ dort seine Liste (tiles.json) hinterlassen, gilt diese.</translation>
</message>
<message>
<source>Which files of the folder are taken, sorted by name: * stands for any characters. A tiles.json in the folder counts instead.</source>
<translation>Welche Dateien des Verzeichnisses verwendet werden, nach Namen sortiert: * steht für beliebige Zeichen. Liegt eine tiles.json im Verzeichnis, gilt stattdessen diese.</translation>
</message>
<message>
<source>Only this part of the input, in whole pixels: the edges are moved outward to those of the pixels. Empty: all of it.</source>
<translation>Nur dieser Teil der Eingabe, in ganzen Pixeln: Die Ränder werden nach außen auf Pixelgrenzen gelegt. Leer: alles.</translation>
</message>
<message>
<source>How GDAL stores the GeoTIFF, e.g. COMPRESS=ZSTD|BLOCKXSIZE=256|BLOCKYSIZE=256. Empty: tiled, 512 x 512, DEFLATE with a predictor that fits.</source>
<translation>Wie GDAL das GeoTIFF speichert, z.B. COMPRESS=ZSTD|BLOCKXSIZE=256|BLOCKYSIZE=256. Leer: gekachelt, 512 x 512, DEFLATE mit passendem Prädiktor.</translation>
</message>
<message>
<source>A Cloud Optimized GeoTIFF with overviews: averaged, or nearest for what may be classes. Creation options are then those of GDAL's COG driver. While it is made it takes two and a half times its room on the disk.</source>
<translation>Ein Cloud Optimized GeoTIFF mit Übersichten: gemittelt, oder mit den nächsten Pixeln, wo es Klassen sein können. Die Erzeugungsoptionen sind dann die des COG-Treibers von GDAL. Während es entsteht, braucht es das Zweieinhalbfache seines Platzes auf der Festplatte.</translation>
</message>
<message>
<source>Threads that compute and encode. 0: as many as QGIS's settings allow. Without meaning for a cluster.</source>
<translation>Threads, die rechnen und kodieren. 0: so viele, wie die Einstellungen von QGIS erlauben. Bei einem Cluster ohne Bedeutung.</translation>
</message>
<message>
<source>Bound on the working memory of the run, on top of QGIS and GDAL's block cache. Chunk size and chunks in flight follow from it. 0: a quarter of what is available.</source>
<translation>Grenze für den Arbeitsspeicher des Laufs, zusätzlich zu QGIS und zum Blockcache von GDAL. Die Chunkgröße und die Anzahl gleichzeitiger Chunks folgen daraus. 0: ein Viertel des verfügbaren.</translation>
</message>
<message>
<source>Edge of the squares in which the raster is worked through, rounded up to whole blocks of the file. 0: chosen from blocks, workers and memory. The result is the same for any.</source>
<translation>Kantenlänge der Quadrate, in denen das Raster abgearbeitet wird, aufgerundet auf ganze Blöcke der Datei. 0: nach Blöcken, Workern und Speicher gewählt. Das Ergebnis ist immer dasselbe.</translation>
</message>
<message>
<source>Empty: this computer. A Dask scheduler that you run: tcp://host:port, tls://host:port or scheduler-file:/path.json. SLURM: slurm?min=1&amp;max=20. Each takes timeout=300 seconds after a question mark.</source>
<translation>Leer: dieser Rechner. Ein selbst gestarteter Scheduler von Dask: tcp://host:port, tls://host:port oder scheduler-file:/path.json. SLURM: slurm?min=1&amp;max=20. An alle lässt sich nach einem Fragezeichen timeout=300 (Sekunden) anhängen.</translation>
</message>
<message>
<source>A page about the run: parameters, versions, decisions, counts, chunks, the timeline of the workers and memory.</source>
<translation>Eine Seite über den Lauf: Parameter, Versionen, Entscheidungen, Zählungen, Chunks, der zeitliche Ablauf der Worker und der Speicher.</translation>
</message>
<message>
<source>Value that marks missing pixels in all inputs, over what the files declare. Empty: what they declare.</source>
<translation>Wert, der in allen Eingaben fehlende Pixel kennzeichnet, statt der in den Dateien angegebenen. Leer: was die Dateien angeben.</translation>
</message>
<message>
<source>Band of the positive term: near infrared for NDVI, green for the water and snow indexes.</source>
<translation>Kanal des positiven Terms: nahes Infrarot für den NDVI, Grün für die Wasser- und Schneeindizes.</translation>
</message>
<message>
<source>Band of the negative term: red for NDVI.</source>
<translation>Kanal des negativen Terms: Rot für den NDVI.</translation>
</message>
<message>
<source>Gives the result its name and its colours, and decides nothing else: the bands stay those chosen.</source>
<translation>Gibt dem Ergebnis Namen und Farben und entscheidet sonst nichts: Die Kanäle bleiben die gewählten.</translation>
</message>
<message>
<source>How stored values become reflectance. Scale and offset stored in the bands are right for most files; Sentinel-2 and Landsat as delivered often carry none, and need those below.</source>
<translation>Wie aus gespeicherten Werten Reflexion wird. „In den Kanälen gespeicherte Skalierung und Versatz“ passt für die meisten Dateien; Sentinel-2 und Landsat enthalten, wie sie geliefert werden, oft keine und brauchen die unten.</translation>
</message>
<message>
<source>Reflectance = stored value * scale + offset; used where scale and offset below is chosen.</source>
<translation>Reflexion = gespeicherter Wert * Skalierung + Versatz; verwendet, wenn „Skalierung und Versatz unten“ gewählt ist.</translation>
</message>
<message>
<source>E.g. -0.1 for Sentinel-2 since 2022 with scale 0.0001, -0.2 for Landsat Collection 2 with scale 0.0000275.</source>
<translation>Z.B. -0,1 für Sentinel-2 seit 2022 mit Skalierung 0,0001, -0,2 für Landsat Collection 2 mit Skalierung 0,0000275.</translation>
</message>
<message>
<source>What a pixel becomes whose A + B is 0, where the index is not defined.</source>
<translation>Was aus einem Pixel wird, dessen A + B 0 ist, wo der Index nicht definiert ist.</translation>
</message>
<message>
<source>Results outside [-1, 1], from negative reflectance, become -1 or 1. They are counted either way.</source>
<translation>Ergebnisse außerhalb von [-1, 1], durch negative Reflexion, werden zu -1 oder 1. Gezählt werden sie in jedem Fall.</translation>
</message>
<message>
<source>Float32 is exact. Int16 and Byte take half and a quarter of the room; they store their scale and offset, which QGIS applies.</source>
<translation>Float32 ist genau. Int16 und Byte brauchen die Hälfte und ein Viertel des Platzes; sie speichern Skalierung und Versatz, die QGIS anwendet.</translation>
</message>
<message>
<source>Value that marks missing pixels in the result; not inside [-1, 1] nor among the codes in use. NaN for Float32 only.</source>
<translation>Wert, der fehlende Pixel im Ergebnis kennzeichnet; nicht innerhalb von [-1, 1] und keiner der verwendeten Codes. NaN nur bei Float32.</translation>
</message>
<message>
<source>Index (names and colours the result)</source>
<translation>Index (benennt und färbt das Ergebnis)</translation>
</message>
<message>
<source>Scale and offset</source>
<translation>Skalierung und Versatz</translation>
</message>
<message>
<source>Scale (with the choice above)</source>
<translation>Skalierung (zur Auswahl oben)</translation>
</message>
<message>
<source>Offset (with the choice above)</source>
<translation>Versatz (zur Auswahl oben)</translation>
</message>
<message>
<source>Nodata of both bands, over what they declare</source>
<translation>Leerwert beider Kanäle, statt der in den Dateien angegebenen</translation>
</message>
<message>
<source>Where A + B = 0</source>
<translation>Wo A + B = 0 ist</translation>
</message>
<message>
<source>Clip to [-1, 1]</source>
<translation>Auf [-1, 1] begrenzen</translation>
</message>
<message>
<source>Nodata of the output (empty: -9999, -32768 or 255 by type)</source>
<translation>Leerwert der Ausgabe (leer: -9999, -32768 oder 255 je nach Datentyp)</translation>
</message>
<message>
<source>NDVI, vegetation</source>
<translation>NDVI, Vegetation</translation>
</message>
<message>
<source>NDWI, open water (McFeeters)</source>
<translation>NDWI, offenes Wasser (McFeeters)</translation>
</message>
<message>
<source>NDMI, moisture</source>
<translation>NDMI, Feuchte</translation>
</message>
<message>
<source>MNDWI, open water (modified)</source>
<translation>MNDWI, offenes Wasser (modifiziert)</translation>
</message>
<message>
<source>NDBI, built-up land</source>
<translation>NDBI, bebautes Land</translation>
</message>
<message>
<source>NDSI, snow</source>
<translation>NDSI, Schnee</translation>
</message>
<message>
<source>NBR, burn ratio</source>
<translation>NBR, Brandflächen</translation>
</message>
<message>
<source>GNDVI, green vegetation</source>
<translation>GNDVI, grüne Vegetation</translation>
</message>
<message>
<source>NDRE, red edge</source>
<translation>NDRE, Red Edge</translation>
</message>
<message>
<source>near infrared</source>
<translation>nahes Infrarot</translation>
</message>
<message>
<source>red</source>
<translation>Rot</translation>
</message>
<message>
<source>green</source>
<translation>Grün</translation>
</message>
<message>
<source>shortwave infrared 1</source>
<translation>kurzwelliges Infrarot 1</translation>
</message>
<message>
<source>shortwave infrared 2</source>
<translation>kurzwelliges Infrarot 2</translation>
</message>
<message>
<source>red edge</source>
<translation>Red Edge</translation>
</message>
<message>
<source>Scale and offset stored in the bands</source>
<translation>In den Kanälen gespeicherte Skalierung und Versatz</translation>
</message>
<message>
<source>None</source>
<translation>Keine</translation>
</message>
<message>
<source>Scale and offset below</source>
<translation>Skalierung und Versatz unten</translation>
</message>
<message>
<source>Nodata</source>
<translation>Leerwert</translation>
</message>
<message>
<source>Zero</source>
<translation>Null</translation>
</message>
<message>
<source>Refuse grids that differ</source>
<translation>Abweichende Gitter ablehnen</translation>
</message>
<message>
<source>Nearest</source>
<translation>Nächster Nachbar</translation>
</message>
<message>
<source>Bilinear</source>
<translation>Bilinear</translation>
</message>
<message>
<source>Cubic</source>
<translation>Kubisch</translation>
</message>
<message>
<source>Average</source>
<translation>Durchschnitt</translation>
</message>
<message>
<source>Byte</source>
<translation>Byte</translation>
</message>
<message>
<source>Int16</source>
<translation>Int16</translation>
</message>
<message>
<source>UInt16</source>
<translation>UInt16</translation>
</message>
<message>
<source>Int32</source>
<translation>Int32</translation>
</message>
<message>
<source>UInt32</source>
<translation>UInt32</translation>
</message>
<message>
<source>Float32</source>
<translation>Float32</translation>
</message>
<message>
<source>Float64</source>
<translation>Float64</translation>
</message>
<message>
<source>Int16 x 10000</source>
<translation>Int16 x 10000</translation>
</message>
<message>
<source>Byte 0-200</source>
<translation>Byte 0-200</translation>
</message>
<message>
<source>Automatic: holds every input without loss</source>
<translation>Automatisch: fasst jede Eingabe ohne Verlust</translation>
</message>
<message>
<source>First valid</source>
<translation>Erster gültiger Wert</translation>
</message>
<message>
<source>Last valid</source>
<translation>Letzter gültiger Wert</translation>
</message>
<message>
<source>Sum</source>
<translation>Summe</translation>
</message>
<message>
<source>Count of valid pixels</source>
<translation>Anzahl gültiger Pixel</translation>
</message>
<message>
<source>Median</source>
<translation>Median</translation>
</message>
<message>
<source>Feather: weighted by the distance to the edge</source>
<translation>Weicher Übergang: gewichtet nach dem Abstand zum Rand</translation>
</message>
<message>
<source>Each band by itself</source>
<translation>Jeder Kanal für sich</translation>
</message>
<message>
<source>A pixel counts where any of its bands is valid, and is taken whole</source>
<translation>Ein Pixel zählt, wenn einer seiner Kanäle gültig ist, und wird als Ganzes übernommen</translation>
</message>
<message>
<source>A pixel counts where all its bands are valid</source>
<translation>Ein Pixel zählt, wenn alle seine Kanäle gültig sind</translation>
</message>
<message>
<source>The same for all, else refuse</source>
<translation>Für alle gleich, sonst ablehnen</translation>
</message>
<message>
<source>Highest</source>
<translation>Höchste</translation>
</message>
<message>
<source>Lowest</source>
<translation>Niedrigste</translation>
</message>
<message>
<source>Pixel size below</source>
<translation>Pixelgröße unten</translation>
</message>
<message>
<source>Columns and rows</source>
<translation>Spalten und Zeilen</translation>
</message>
<message>
<source>Tile size in pixels</source>
<translation>Kachelgröße in Pixeln</translation>
</message>
<message>
<source>Tile size in map units</source>
<translation>Kachelgröße in Karteneinheiten</translation>
</message>
<message>
<source>Polygon layer</source>
<translation>Polygonlayer</translation>
</message>
<message>
<source>Trim the last tile</source>
<translation>Letzte Kachel beschneiden</translation>
</message>
<message>
<source>Pad with nodata</source>
<translation>Mit Leerwerten auffüllen</translation>
</message>
<message>
<source>Shift the last tile inward</source>
<translation>Letzte Kachel nach innen verschieben</translation>
</message>
<message>
<source>Drop</source>
<translation>Weglassen</translation>
</message>
<message>
<source>The raster's upper left corner</source>
<translation>Obere linke Ecke des Rasters</translation>
</message>
<message>
<source>Whole multiples of the tile size in the CRS</source>
<translation>Ganze Vielfache der Kachelgröße im KBS</translation>
</message>
<message>
<source>{layer}: the open option {option} is not used; {path} is read without it. Export the layer to a file first if it matters.</source>
<translation>{layer}: Die Öffnungsoption {option} wird nicht verwendet; {path} wird ohne sie gelesen. Kommt es darauf an, exportieren Sie den Layer zuerst in eine Datei.</translation>
</message>
<message>
<source>{layer}: its CRS in QGIS, {own}, is not used; the one in the file is: {stored}. Write it to the file with Assign projection if it matters.</source>
<translation>{layer}: Das KBS in QGIS, {own}, wird nicht verwendet, sondern das der Datei: {stored}. Kommt es darauf an, schreiben Sie es mit „Projektion zuweisen“ in die Datei.</translation>
</message>
<message>
<source>none</source>
<translation>keines</translation>
</message>
<message>
<source>{layer}, band {band}: the additional no data values set in QGIS, {values}, are not used. Write them to the file first if they matter.</source>
<translation>{layer}, Kanal {band}: Die in QGIS gesetzten zusätzlichen Leerwerte, {values}, werden nicht verwendet. Kommt es darauf an, schreiben Sie sie zuerst in die Datei.</translation>
</message>
<message>
<source>{layer}, band {band}: its no data value {value} is switched off in QGIS, but is used by this run.</source>
<translation>{layer}, Kanal {band}: Der Leerwert {value} ist in QGIS ausgeschaltet, wird von diesem Lauf aber verwendet.</translation>
</message>
<message>
<source>Spectral indexes</source>
<translation>Spektralindizes</translation>
</message>
<message>
<source>Tiles</source>
<translation>Kacheln</translation>
</message>
<message>
<source>Installation and speed</source>
<translation>Installation und Geschwindigkeit</translation>
</message>
<message>
<source>Cuts a raster into GeoTIFFs on all processors: into columns and rows, into tiles of a size in pixels or map units, or into one tile per polygon.</source>
<translation>Schneidet ein Raster auf allen Prozessorkernen in GeoTIFFs: in Spalten und Zeilen, in Kacheln einer Größe in Pixeln oder Karteneinheiten oder in eine Kachel je Polygon.</translation>
</message>
<message>
<source>Every pixel lies in the core of exactly one tile, also where the size does not divide. Overlap adds pixels of the neighbours around the core.</source>
<translation>Jedes Pixel liegt im Kern genau einer Kachel, auch wo die Größe nicht aufgeht. Eine Überlappung fügt rund um den Kern Pixel der Nachbarn hinzu.</translation>
</message>
<message>
<source>Tiles keep type, nodata, scale, offset, unit, description, colours, mask or alpha, metadata and CRS; the log names what a GeoTIFF cannot hold. Creation options that are not given are those of the input where that is a tiled, lossless GeoTIFF.</source>
<translation>Kacheln behalten Datentyp, Leerwert, Skalierung, Versatz, Einheit, Beschreibung, Farben, Maske oder Alphakanal, Metadaten und KBS; das Protokoll nennt, was ein GeoTIFF nicht aufnehmen kann. Nicht angegebene Erzeugungsoptionen sind die der Eingabe, wenn diese ein gekacheltes, verlustfreies GeoTIFF ist.</translation>
</message>
<message>
<source>The folder then holds the tiles, their list (tiles.json) and a virtual mosaic of the cores. A run that fails or is cancelled leaves it as it was; an older set of tiles in it is replaced when the new one is complete; other files are never touched. With Resume an interrupted run goes on where it was.</source>
<translation>Das Verzeichnis enthält danach die Kacheln, ihre Liste (tiles.json) und ein virtuelles Mosaik der Kerne. Ein Lauf, der scheitert oder abgebrochen wird, lässt es, wie es war; ein älterer Kachelsatz darin wird ersetzt, sobald der neue vollständig ist; andere Dateien bleiben unberührt. Mit „Unvollendeten Lauf fortsetzen“ geht ein unterbrochener Lauf dort weiter, wo er war.</translation>
</message>
<message>
<source>A pixel is valid where at least one band has a value (finite, not nodata) and no mask or alpha hides it.</source>
<translation>Ein Pixel ist gültig, wenn mindestens ein Kanal einen Wert hat (endlich, kein Leerwert) und keine Maske und kein Alphakanal es ausblendet.</translation>
</message>
<message>
<source>An image of 10,980 x 10,980 pixels in tiles of 2048 with an overlap of 32 gives a filter the neighbours that it needs; Merge tiles then leaves the overlap out again.</source>
<translation>Ein Bild von 10.980 x 10.980 Pixeln in Kacheln von 2048 mit einer Überlappung von 32 gibt einem Filter die Nachbarn, die er braucht; „Kacheln zusammenführen“ lässt die Überlappung dann wieder weg.</translation>
</message>
<message>
<source>How GDAL stores the tiles, e.g. COMPRESS=ZSTD. What is not given is as in the input where that is a tiled, lossless GeoTIFF, else tiled, 512 x 512, DEFLATE with a predictor that fits.</source>
<translation>Wie GDAL die Kacheln speichert, z.B. COMPRESS=ZSTD. Was nicht angegeben ist, ist wie in der Eingabe, wenn diese ein gekacheltes, verlustfreies GeoTIFF ist, sonst gekachelt, 512 x 512, DEFLATE mit passendem Prädiktor.</translation>
</message>
<message>
<source>What decides where the tiles are; the parameters of the other ways are not used.</source>
<translation>Was bestimmt, wo die Kacheln liegen; die Parameter der anderen Arten werden nicht verwendet.</translation>
</message>
<message>
<source>Number of tiles beside each other, for columns and rows. Their widths differ by one pixel at most.</source>
<translation>Anzahl der Kacheln nebeneinander, für Spalten und Zeilen. Ihre Breiten unterscheiden sich um höchstens ein Pixel.</translation>
</message>
<message>
<source>Number of tiles below each other, for columns and rows. Their heights differ by one pixel at most.</source>
<translation>Anzahl der Kacheln untereinander, für Spalten und Zeilen. Ihre Höhen unterscheiden sich um höchstens ein Pixel.</translation>
</message>
<message>
<source>In pixels, or in map units, rounded to whole pixels, as chosen above.</source>
<translation>In Pixeln oder in Karteneinheiten, auf ganze Pixel gerundet, wie oben gewählt.</translation>
</message>
<message>
<source>One tile per feature: its bounding box, in which pixels outside the polygon become nodata.</source>
<translation>Eine Kachel je Objekt: sein Umgrenzungsrahmen, in dem Pixel außerhalb des Polygons zu Leerwerten werden.</translation>
</message>
<message>
<source>Its values become the id in the names of the tiles. Empty: the ids of the features.</source>
<translation>Seine Werte werden zur ID in den Namen der Kacheln. Leer: die Objektkennungen.</translation>
</message>
<message>
<source>Pixels of the neighbours on each side, cut at the raster's edge; for filters, which need to see beyond the tile.</source>
<translation>Pixel der Nachbarn auf jeder Seite, am Rand des Rasters abgeschnitten; für Filter, die über die Kachel hinaussehen müssen.</translation>
</message>
<message>
<source>What happens at the right and lower edge, for tiles of a size.</source>
<translation>Was am rechten und unteren Rand geschieht, für Kacheln einer Größe.</translation>
</message>
<message>
<source>Whole multiples of the tile size make two rasters of one CRS tile alike.</source>
<translation>Ganze Vielfache der Kachelgröße sorgen dafür, dass zwei Raster in einem KBS gleich gekachelt werden.</translation>
</message>
<message>
<source>Bands that the tiles have. None chosen: all.</source>
<translation>Kanäle, die die Kacheln haben. Keiner gewählt: alle.</translation>
</message>
<message>
<source>Tiles without one valid pixel are not written.</source>
<translation>Kacheln ohne ein gültiges Pixel werden nicht geschrieben.</translation>
</message>
<message>
<source>Tiles with a smaller share of valid pixels are not written. 0 keeps every tile.</source>
<translation>Kacheln mit einem kleineren Anteil gültiger Pixel werden nicht geschrieben. 0 behält jede Kachel.</translation>
</message>
<message>
<source>{name} of the input, {row} and {col} from 0, {id} a running number or the polygon's name, {x} and {y} of the upper left corner of the core; all else as it stands. Empty: {name}_{row}_{col}, for polygons {name}_{id}.</source>
<translation>{name} der Eingabe, {row} und {col} ab 0, {id} eine laufende Nummer oder der Name des Polygons, {x} und {y} der oberen linken Ecke des Kerns; alles andere bleibt, wie es ist. Leer: {name}_{row}_{col}, bei Polygonen {name}_{id}.</translation>
</message>
<message>
<source>Keeps the tiles that an unfinished run with the same input and parameters completed, and goes on from there.</source>
<translation>Behält die Kacheln, die ein unvollendeter Lauf mit derselben Eingabe und denselben Parametern fertiggestellt hat, und macht dort weiter.</translation>
</message>
<message>
<source>Saves you from a million files by a slip of the keyboard.</source>
<translation>Bewahrt vor einer Million Dateien durch einen Tippfehler.</translation>
</message>
<message>
<source>Folder of the tiles, their list (tiles.json) and a virtual mosaic of them.</source>
<translation>Verzeichnis der Kacheln, ihrer Liste (tiles.json) und eines virtuellen Mosaiks daraus.</translation>
</message>
<message>
<source>One polygon per tile with its file, place, name and share of valid pixels.</source>
<translation>Ein Polygon je Kachel mit Datei, Lage, Namen und Anteil gültiger Pixel.</translation>
</message>
<message>
<source>Models</source>
<translation>Modelle</translation>
</message>
<message>
<source>Tile size (pixels)</source>
<translation>Kachelgröße (Pixel)</translation>
</message>
<message>
<source>Overlap of the tiles (pixels)</source>
<translation>Überlappung der Kacheln (Pixel)</translation>
</message>
<message>
<source>NDVI by way of tiles: Tile raster, Normalized difference of tiles, Merge tiles. The result is the same, bit for bit, as that of Parallel normalized difference; the model shows how the three work together. Open it in the model designer to change it.</source>
<translation>NDVI auf dem Weg über Kacheln: Raster kacheln, Normalisierte Differenz von Kacheln, Kacheln zusammenführen. Das Ergebnis ist Bit für Bit dasselbe wie das von Parallele normalisierte Differenz; das Modell zeigt, wie die drei zusammenarbeiten. Öffnen Sie es in der Modellierung, um es zu ändern.</translation>
</message>
<message>
<source>{count} tiles: sets of more than {limit} are not loaded (Processing options).</source>
<translation>{count} Kacheln: Sätze von mehr als {limit} werden nicht geladen (Optionen, „Verarbeitung“).</translation>
</message>
<message>
<source>Extent</source>
<translation>Ausdehnung</translation>
</message>
<message>
<source>Cloud Optimized GeoTIFF</source>
<translation>Cloud Optimized GeoTIFF</translation>
</message>
<message>
<source>Creation options</source>
<translation>Erzeugungsoptionen</translation>
</message>
<message>
<source>Cluster (address of a scheduler, or slurm; empty: this computer)</source>
<translation>Cluster (Adresse eines Schedulers oder slurm; leer: dieser Rechner)</translation>
</message>
<message>
<source>Report of the run</source>
<translation>Bericht über den Lauf</translation>
</message>
<message>
<source>Tile raster</source>
<translation>Raster kacheln</translation>
</message>
<message>
<source>split,retile,cut,clip,grid,chips,mosaic,patches,parallel,dask</source>
<translation>aufteilen,neu kacheln,zerschneiden,zuschneiden,Gitter,Ausschnitte,Mosaik,parallel,dask,split,retile,cut,clip,chips,patches</translation>
</message>
<message>
<source>Tiling</source>
<translation>Art der Aufteilung</translation>
</message>
<message>
<source>Columns</source>
<translation>Spalten</translation>
</message>
<message>
<source>Rows</source>
<translation>Zeilen</translation>
</message>
<message>
<source>Tile width</source>
<translation>Kachelbreite</translation>
</message>
<message>
<source>Tile height</source>
<translation>Kachelhöhe</translation>
</message>
<message>
<source>Field that names the tiles</source>
<translation>Feld, das die Kacheln benennt</translation>
</message>
<message>
<source>Overlap on each side (pixels)</source>
<translation>Überlappung auf jeder Seite (Pixel)</translation>
</message>
<message>
<source>Where the tile size does not divide</source>
<translation>Wo die Kachelgröße nicht aufgeht</translation>
</message>
<message>
<source>Tiles begin at</source>
<translation>Kacheln beginnen an</translation>
</message>
<message>
<source>Bands (none: all)</source>
<translation>Kanäle (leer: alle)</translation>
</message>
<message>
<source>Leave out tiles without data</source>
<translation>Kacheln ohne Daten weglassen</translation>
</message>
<message>
<source>Tile index</source>
<translation>Kachelindex</translation>
</message>
<message>
<source>Virtual mosaic</source>
<translation>Virtuelles Mosaik</translation>
</message>
<message>
<source>Number of tiles</source>
<translation>Anzahl der Kacheln</translation>
</message>
<message>
<source>Least valid pixels (percent; tiles with less are left out)</source>
<translation>Mindestanteil gültiger Pixel (Prozent; Kacheln mit weniger werden weggelassen)</translation>
</message>
<message>
<source>Name template (tokens {name} {row} {col} {id} {x} {y})</source>
<translation>Namensvorlage (Platzhalter {name} {row} {col} {id} {x} {y})</translation>
</message>
<message>
<source>Resume an unfinished run</source>
<translation>Unvollendeten Lauf fortsetzen</translation>
</message>
<message>
<source>More tiles than this are refused</source>
<translation>Mehr Kacheln als diese werden abgelehnt</translation>
</message>
<message>
<source>Tiles of {name}</source>
<translation>Kacheln von {name}</translation>
</message>
</context>
</TS>
