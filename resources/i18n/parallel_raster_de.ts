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
<source>Maximum number of workers (threads; 0 = maximum set in QGIS)</source>
<translation>Maximale Anzahl der Worker (Threads; 0 = in QGIS eingestelltes Maximum)</translation>
</message>
<message>
<source>Measurements per variant</source>
<translation>Messungen je Variante</translation>
</message>
<message>
<source>Chunk sizes (pixels)</source>
<translation>Chunkgrößen (Pixel)</translation>
</message>
<message>
<source>Extent (empty: the centre, at most 6144 x 6144 pixels)</source>
<translation>Ausdehnung (leer: die Mitte, höchstens 6144 x 6144 Pixel)</translation>
</message>
<message>
<source>Use the best chunk size as the default of all algorithms</source>
<translation>Beste Chunkgröße als Vorgabe für alle Algorithmen verwenden</translation>
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
<source>Table of measured times</source>
<translation>Tabelle der gemessenen Zeiten</translation>
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
<source>The default chunk size of all algorithms is now {}.</source>
<translation>Die Vorgabe für die Chunkgröße aller Algorithmen ist jetzt {}.</translation>
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
<source>Cluster to check</source>
<translation>Zu prüfender Cluster</translation>
</message>
<message>
<source>The other algorithms can run</source>
<translation>Die anderen Algorithmen sind lauffähig</translation>
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
<source>Input folder</source>
<translation>Eingabeverzeichnis</translation>
</message>
<message>
<source>File name pattern</source>
<translation>Muster für Dateinamen</translation>
</message>
<message>
<source>Method where rasters overlap</source>
<translation>Methode, wo sich Raster überlappen</translation>
</message>
<message>
<source>Feather: distance to full weight (pixels)</source>
<translation>Weicher Übergang: Abstand bis zum vollen Gewicht (Pixel)</translation>
</message>
<message>
<source>First and Last: trim the overlap of tiles listed in tiles.json</source>
<translation>Erster und letzter: Überlappung der in tiles.json aufgeführten Kacheln abschneiden</translation>
</message>
<message>
<source>Pixels with nodata in some bands</source>
<translation>Pixel mit Leerwert in einzelnen Kanälen</translation>
</message>
<message>
<source>Pixel size</source>
<translation>Pixelgröße</translation>
</message>
<message>
<source>Pixel size in map units (for Pixel size below)</source>
<translation>Pixelgröße in Karteneinheiten (für „Pixelgröße unten“)</translation>
</message>
<message>
<source>Resampling of rasters with another grid or CRS</source>
<translation>Abtastmethode für Raster mit anderem Gitter oder KBS</translation>
</message>
<message>
<source>Nodata of all inputs (empty: as stored in the files)</source>
<translation>Leerwert aller Eingaben (leer: wie in den Dateien gespeichert)</translation>
</message>
<message>
<source>Output nodata (empty: automatic)</source>
<translation>Leerwert der Ausgabe (leer: automatisch)</translation>
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
<source>Raster of the negative term (if in another file)</source>
<translation>Raster des negativen Terms (falls in einer anderen Datei)</translation>
</message>
<message>
<source>Band of the negative term</source>
<translation>Kanal des negativen Terms</translation>
</message>
<message>
<source>Resampling of the negative term</source>
<translation>Abtastmethode für den negativen Term</translation>
</message>
<message>
<source>Overview (-1 = full resolution, 0 = first overview)</source>
<translation>Übersicht (-1 = volle Auflösung, 0 = erste Übersicht)</translation>
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
<source>Mask band</source>
<translation>Kanal der Maske</translation>
</message>
<message>
<source>Mask values that hide a pixel (for example 3,8-10)</source>
<translation>Werte der Maske, die ein Pixel ausblenden (zum Beispiel 3,8-10)</translation>
</message>
<message>
<source>Mask bits that hide a pixel, instead of values (for example 1-4)</source>
<translation>Bits der Maske, die ein Pixel ausblenden, statt der Werte (zum Beispiel 1-4)</translation>
</message>
<message>
<source>Buffer around hidden pixels (map units)</source>
<translation>Puffer um ausgeblendete Pixel (Karteneinheiten)</translation>
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
<source>Positive term, A (band number; near infrared for NDVI)</source>
<translation>Positiver Term, A (Kanalnummer; nahes Infrarot für den NDVI)</translation>
</message>
<message>
<source>Negative term, B (band number; red for NDVI)</source>
<translation>Negativer Term, B (Kanalnummer; Rot für den NDVI)</translation>
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
<source>Measures how long the normalized difference of your raster takes serially (one thread, no Dask) and in parallel with 1, 2, 4 and more threads, for several chunk sizes.</source>
<translation>Misst, wie lange die normalisierte Differenz Ihres Rasters seriell (ein Thread, ohne Dask) und parallel mit 1, 2, 4 und mehr Threads dauert, für mehrere Chunkgrößen.</translation>
</message>
<message>
<source>Every run is a complete job, from reading the input file to writing the output file. The variants take turns, so that other load on the computer affects them equally, and the median of each variant counts. Every result is compared with the serial result pixel by pixel, and then deleted.</source>
<translation>Jeder Lauf ist ein vollständiger Vorgang, vom Lesen der Eingabedatei bis zum Schreiben der Ausgabedatei. Die Varianten wechseln sich ab, damit andere Lasten des Rechners alle gleich treffen; es zählt der Median jeder Variante. Jedes Ergebnis wird Pixel für Pixel mit dem seriellen Ergebnis verglichen und dann gelöscht.</translation>
</message>
<message>
<source>If the raster has more than 6144 x 6144 pixels, its centre is used; set Extent to use another part. Do not use the computer for anything else during the benchmark.</source>
<translation>Hat das Raster mehr als 6144 x 6144 Pixel, wird seine Mitte verwendet; mit „Ausdehnung“ wählen Sie einen anderen Teil. Verwenden Sie den Rechner während der Messung für nichts anderes.</translation>
</message>
<message>
<source>The speedup is the time of the fastest serial variant divided by the time of the fastest parallel variant. To use the best chunk size as the default of all algorithms, select the advanced parameter, or enter the size in the Processing options. The report shows the times as charts, the table as numbers.</source>
<translation>Die Beschleunigung ist die Zeit der schnellsten seriellen Variante geteilt durch die Zeit der schnellsten parallelen Variante. Um die beste Chunkgröße als Vorgabe für alle Algorithmen zu verwenden, wählen Sie den erweiterten Parameter oder tragen Sie die Größe in den Verarbeitungsoptionen ein. Der Bericht zeigt die Zeiten als Diagramme, die Tabelle als Zahlen.</translation>
</message>
<message>
<source>Use a Landsat image with bands 4 and 3. The raster should have 100 megapixels or more: with a small raster, most of the time is spent on starting the run.</source>
<translation>Verwenden Sie ein Landsat-Bild mit den Kanälen 4 und 3. Das Raster sollte mindestens 100 Megapixel haben: Bei einem kleinen Raster entfällt die meiste Zeit auf den Start des Laufs.</translation>
</message>
<message>
<source>Part of the raster to use, in complete pixels. If empty, at most 6144 x 6144 pixels in the centre are used.</source>
<translation>Zu verwendender Teil des Rasters, in ganzen Pixeln. Wenn leer, werden höchstens 6144 x 6144 Pixel in der Mitte verwendet.</translation>
</message>
<message>
<source>The benchmark uses 1, 2, 4 and so on up to this number of threads. 0 uses the maximum set in QGIS.</source>
<translation>Die Messung verwendet 1, 2, 4 und so weiter bis zu dieser Anzahl von Threads. 0 verwendet das in QGIS eingestellte Maximum.</translation>
</message>
<message>
<source>GDAL creation options of the results. Slow compression hides the time spent on reading.</source>
<translation>GDAL-Erzeugungsoptionen der Ergebnisse. Eine langsame Kompression verdeckt die Zeit, die das Lesen braucht.</translation>
</message>
<message>
<source>How often each variant is measured; the median counts. An additional warm-up run does not count.</source>
<translation>Wie oft jede Variante gemessen wird; es zählt der Median. Ein zusätzlicher Lauf zum Aufwärmen zählt nicht.</translation>
</message>
<message>
<source>Edge lengths of the chunks, separated by commas. Sizes that give a single chunk or exceed the memory limit are skipped and listed in the log.</source>
<translation>Kantenlängen der Chunks, durch Kommas getrennt. Größen, die einen einzigen Chunk ergeben oder die Speichergrenze überschreiten, werden ausgelassen und im Protokoll genannt.</translation>
</message>
<message>
<source>Stores the best size as the default chunk size in the Processing options.</source>
<translation>Speichert die beste Größe als Vorgabe für die Chunkgröße in den Verarbeitungsoptionen.</translation>
</message>
<message>
<source>CSV file with the time of every run.</source>
<translation>CSV-Datei mit der Zeit jedes Laufs.</translation>
</message>
<message>
<source>Checks the software that this plugin needs and reports what is missing or broken, and how to fix it on Debian and Ubuntu, Windows (OSGeo4W), macOS and with conda.</source>
<translation>Prüft die Software, die diese Erweiterung braucht, und meldet, was fehlt oder defekt ist und wie es sich unter Debian und Ubuntu, Windows (OSGeo4W), macOS und mit conda beheben lässt.</translation>
</message>
<message>
<source>The report lists the versions of QGIS, Python, GDAL, PROJ, rasterio, rioxarray, dask and numpy, the compression methods for GeoTIFFs, and the threads and memory of a run. It states whether QGIS and rasterio share one GDAL and, if not, whether that is safe. A small raster is processed as a test. If you set a cluster, the report states whether it can be reached and has workers of the same version.</source>
<translation>Der Bericht nennt die Versionen von QGIS, Python, GDAL, PROJ, rasterio, rioxarray, dask und numpy, die Kompressionsverfahren für GeoTIFFs sowie Threads und Speicher eines Laufs. Er gibt an, ob QGIS und rasterio dasselbe GDAL verwenden und, falls nicht, ob das unbedenklich ist. Zur Probe wird ein kleines Raster verarbeitet. Ist ein Cluster angegeben, nennt der Bericht, ob er erreichbar ist und Worker derselben Version hat.</translation>
</message>
<message>
<source>The check also works if all those packages are missing. It changes nothing and downloads nothing. The output OK is true if the other algorithms can run.</source>
<translation>Die Prüfung funktioniert auch, wenn all diese Pakete fehlen. Sie verändert nichts und lädt nichts herunter. Die Ausgabe OK ist wahr, wenn die anderen Algorithmen lauffähig sind.</translation>
</message>
<message>
<source>Run this algorithm if another one reports a missing package: the report in the results viewer contains the command for your system.</source>
<translation>Starten Sie diesen Algorithmus, wenn ein anderer ein fehlendes Paket meldet: Der Bericht in der Ergebnisanzeige enthält den Befehl für Ihr System.</translation>
</message>
<message>
<source>HTML page with the findings and the commands that fix them on each system.</source>
<translation>HTML-Seite mit den Befunden und den Befehlen, die sie auf jedem System beheben.</translation>
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
<source>Merges any number of rasters into one, chunk by chunk on all CPU cores. Only a few files are open at a time, so you can merge thousands of tiles.</source>
<translation>Führt beliebig viele Raster zu einem einzigen zusammen, Chunk für Chunk auf allen CPU-Kernen. Es sind immer nur wenige Dateien gleichzeitig geöffnet, sodass sich auch Tausende Kacheln zusammenführen lassen.</translation>
</message>
<message>
<source>A pixel is valid if it is finite, not nodata, and not hidden by a mask or alpha of its own file. Invalid pixels never hide valid ones.</source>
<translation>Ein Pixel ist gültig, wenn es endlich, kein Leerwert und nicht durch eine Maske oder einen Alphakanal seiner Datei ausgeblendet ist. Ungültige Pixel verdecken nie gültige.</translation>
</message>
<message>
<source>By default, nodata applies to each band separately: if one band of a pixel is nodata, its other bands are still used. The log reports how many pixels combine bands of several rasters for this reason. A mask or alpha hides all bands of a pixel. If the output has a mask but no nodata value, the mask shows every pixel with at least one valid band; its other bands contain 0. The log reports the number of such pixels. To mark them, set Output nodata.</source>
<translation>In der Voreinstellung gelten Leerwerte für jeden Kanal einzeln: Ist ein Kanal eines Pixels leer, werden seine anderen Kanäle trotzdem verwendet. Das Protokoll nennt die Zahl der Pixel, deren Kanäle deshalb aus mehreren Rastern stammen. Eine Maske oder ein Alphakanal blendet alle Kanäle eines Pixels aus. Hat die Ausgabe eine Maske, aber keinen Leerwert, zeigt die Maske jedes Pixel mit mindestens einem gültigen Kanal; seine anderen Kanäle enthalten 0. Das Protokoll nennt die Zahl dieser Pixel. Um sie zu kennzeichnen, geben Sie „Leerwert der Ausgabe“ an.</translation>
</message>
<message>
<source>First and Last take each pixel from the first or last raster in the list in which it is valid. Tiles from Tile raster (with their list tiles.json) then contribute only their cores, without the overlap. The other methods use complete tiles. Feather weights each raster by the distance to its edge, so that seams fade.</source>
<translation>„Erster“ und „Letzter“ nehmen jedes Pixel aus dem ersten oder letzten Raster der Liste, in dem es gültig ist. Kacheln aus „Raster kacheln“ (mit ihrer Liste tiles.json) tragen dann nur ihre Kerne ohne die Überlappung bei. Die anderen Methoden verwenden vollständige Kacheln. „Weicher Übergang“ gewichtet jedes Raster nach dem Abstand zu seinem Rand, sodass Nähte weich verlaufen.</translation>
</message>
<message>
<source>Values are never shifted, rounded or wrapped silently. Rasters with other bands, scales or offsets than the first, with another CRS, or more than 0.01 pixel off its grid are rejected, and the message gives the numbers. Choose a resampling method to accept another CRS or grid. The automatic data type holds every value; if you choose a type that cannot hold the result, the run fails. Nodata, colours, units and metadata that are the same in all rasters are kept.</source>
<translation>Werte werden nie stillschweigend verschoben oder gerundet und laufen nie unbemerkt über. Raster mit anderen Kanälen, Skalierungen oder Versätzen als das erste, mit einem anderen KBS oder mit mehr als 0,01 Pixel Abweichung von seinem Gitter werden abgelehnt; die Meldung nennt die Zahlen. Wählen Sie eine Abtastmethode, um ein anderes KBS oder Gitter zuzulassen. Der automatische Datentyp nimmt jeden Wert auf; kann ein gewählter Datentyp das Ergebnis nicht aufnehmen, schlägt der Lauf fehl. Leerwert, Farben, Einheiten und Metadaten, die in allen Rastern gleich sind, bleiben erhalten.</translation>
</message>
<message>
<source>The output appears when it is complete and verified. A run that fails or is cancelled leaves nothing behind. If the output name ends in .vrt, First and Last write a virtual mosaic, which refers to the tiles and needs almost no disk space.</source>
<translation>Die Ausgabe erscheint, sobald sie vollständig und geprüft ist. Ein Lauf, der fehlschlägt oder abgebrochen wird, hinterlässt nichts. Endet der Name der Ausgabe auf .vrt, schreiben „Erster“ und „Letzter“ ein virtuelles Mosaik, das auf die Kacheln verweist und fast keinen Speicherplatz braucht.</translation>
</message>
<message>
<source>Set Input folder to a folder of tiles from Tile raster to restore the original raster, bit for bit.</source>
<translation>Geben Sie als „Eingabeverzeichnis“ ein Verzeichnis mit Kacheln aus „Raster kacheln“ an, um das ursprüngliche Raster Bit für Bit wiederherzustellen.</translation>
</message>
<message>
<source>GDAL creation options of the output, for example COMPRESS=ZSTD. Options that you do not set are taken from the first input if it is a tiled, lossless GeoTIFF; otherwise the output has 512 x 512 blocks, DEFLATE compression and a suitable predictor.</source>
<translation>GDAL-Erzeugungsoptionen der Ausgabe, zum Beispiel COMPRESS=ZSTD. Nicht angegebene Optionen werden von der ersten Eingabe übernommen, wenn sie ein gekacheltes, verlustfrei komprimiertes GeoTIFF ist; sonst hat die Ausgabe Blöcke von 512 x 512 Pixeln, DEFLATE-Kompression und einen passenden Prädiktor.</translation>
</message>
<message>
<source>How to compute a pixel from several rasters in which it is valid.</source>
<translation>Wie ein Pixel aus mehreren Rastern berechnet wird, in denen es gültig ist.</translation>
</message>
<message>
<source>For Feather: distance from its edge, in pixels, at which a raster reaches its full weight.</source>
<translation>Für „Weicher Übergang“: Abstand vom Rand in Pixeln, bei dem ein Raster sein volles Gewicht erreicht.</translation>
</message>
<message>
<source>For First and Last: tiles listed in a tiles.json contribute only their cores.</source>
<translation>Für „Erster“ und „Letzter“: In einer tiles.json aufgeführte Kacheln tragen nur ihre Kerne bei.</translation>
</message>
<message>
<source>If bands are merged separately, a pixel takes missing bands from the next raster, so its bands can come from several rasters. Taking all bands from one raster works with First and Last only; using only pixels that are valid in all bands works with every method.</source>
<translation>Wird jeder Kanal für sich zusammengeführt, übernimmt ein Pixel fehlende Kanäle aus dem nächsten Raster; seine Kanäle können also aus mehreren Rastern stammen. Alle Kanäle aus einem Raster zu nehmen ist nur mit „Erster“ und „Letzter“ möglich, nur in allen Kanälen gültige Pixel zu verwenden mit jeder Methode.</translation>
</message>
<message>
<source>Pixel size of the output if the pixel sizes of the rasters differ. Every choice except the first needs a resampling method.</source>
<translation>Pixelgröße der Ausgabe, wenn sich die Pixelgrößen der Raster unterscheiden. Jede Auswahl außer der ersten erfordert eine Abtastmethode.</translation>
</message>
<message>
<source>Width and height of an output pixel. Used only if you choose Pixel size below.</source>
<translation>Breite und Höhe eines Pixels der Ausgabe. Wird nur verwendet, wenn „Pixelgröße unten“ gewählt ist.</translation>
</message>
<message>
<source>How to resample rasters with another grid or CRS to the grid and CRS of the first raster.</source>
<translation>Wie Raster mit anderem Gitter oder KBS auf Gitter und KBS des ersten Rasters abgetastet werden.</translation>
</message>
<message>
<source>Value that marks missing pixels in the output. If empty, it is the nodata value that all rasters share; otherwise NaN, or a mask for integers.</source>
<translation>Wert, der fehlende Pixel in der Ausgabe kennzeichnet. Wenn leer, ist es der gemeinsame Leerwert aller Raster, sonst NaN oder bei ganzen Zahlen eine Maske.</translation>
</message>
<message>
<source>Data type of the output bands. The run fails if the type cannot hold a value of the result.</source>
<translation>Datentyp der Ausgabekanäle. Der Lauf schlägt fehl, wenn der Datentyp einen Wert des Ergebnisses nicht aufnehmen kann.</translation>
</message>
<message>
<source>A GeoTIFF, which appears when it is complete and verified, or a virtual mosaic if the name ends in .vrt.</source>
<translation>Ein GeoTIFF, das erscheint, sobald es vollständig und geprüft ist, oder ein virtuelles Mosaik, wenn der Name auf .vrt endet.</translation>
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
<translation>Mittelwert</translation>
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
<source>Computes a spectral index (A - B) / (A + B) from two bands, chunk by chunk on all CPU cores, for example the NDVI with A = near infrared and B = red.</source>
<translation>Berechnet aus zwei Kanälen einen Spektralindex (A - B) / (A + B), Chunk für Chunk auf allen CPU-Kernen, zum Beispiel den NDVI mit A = nahes Infrarot und B = Rot.</translation>
</message>
<message>
<source>A pixel is valid if its values in both bands are finite, not nodata, and not hidden by a mask or alpha. All other pixels become nodata.</source>
<translation>Ein Pixel ist gültig, wenn seine Werte in beiden Kanälen endlich, keine Leerwerte und nicht durch eine Maske oder einen Alphakanal ausgeblendet sind. Alle anderen Pixel werden zu Leerwerten.</translation>
</message>
<message>
<source>Scale and offset of the bands are applied. Integers never wrap or overflow. The result is the same, bit for bit, for every chunk size and number of workers.</source>
<translation>Skalierung und Versatz der Kanäle werden angewandt. Ganze Zahlen laufen nie über. Das Ergebnis ist bei jeder Chunkgröße und jeder Anzahl von Workern Bit für Bit dasselbe.</translation>
</message>
<message>
<source>A mask hides pixels by the values of a class layer (3,8-10 are cloud shadows and clouds in Sentinel-2's SCL) or by the bits of a quality layer (1-4 are clouds and cloud shadows in Landsat's QA_PIXEL). If the mask has another resolution, the nearest mask pixel is used. Pixels are also hidden outside the mask and where the mask is nodata.</source>
<translation>Eine Maske blendet Pixel nach den Werten eines Klassenlayers aus (3,8-10 sind Wolkenschatten und Wolken in der SCL von Sentinel-2) oder nach den Bits eines Qualitätslayers (1-4 sind Wolken und Wolkenschatten in QA_PIXEL von Landsat). Hat die Maske eine andere Auflösung, wird ihr nächstgelegenes Pixel verwendet. Auch außerhalb der Maske und wo sie selbst einen Leerwert hat, werden Pixel ausgeblendet.</translation>
</message>
<message>
<source>A raster of the negative term on another grid is rejected unless you choose a resampling method.</source>
<translation>Ein Raster des negativen Terms mit anderem Gitter wird abgelehnt, wenn keine Abtastmethode gewählt ist.</translation>
</message>
<message>
<source>The output appears when it is complete and verified. A run that fails or is cancelled leaves nothing behind.</source>
<translation>Die Ausgabe erscheint, sobald sie vollständig und geprüft ist. Ein Lauf, der fehlschlägt oder abgebrochen wird, hinterlässt nichts.</translation>
</message>
<message>
<source>Bands 4 and 3 of a Landsat 7 image give the NDVI. Sentinel-2 has one file per band: set Input raster to B08 and its band to 1, and Raster of the negative term to B04.</source>
<translation>Die Kanäle 4 und 3 eines Bildes von Landsat 7 ergeben den NDVI. Sentinel-2 hat eine Datei je Kanal: Geben Sie B08 als „Eingaberaster“ mit Kanal 1 und B04 als „Raster des negativen Terms“ an.</translation>
</message>
<message>
<source>Set it if the negative term is in another file, as for Sentinel-2. The band below is then used instead of B.</source>
<translation>Anzugeben, wenn der negative Term in einer anderen Datei liegt, wie bei Sentinel-2. Dann wird der Kanal unten statt B verwendet.</translation>
</message>
<message>
<source>Used only if the raster of the negative term is set above.</source>
<translation>Wird nur verwendet, wenn oben das Raster des negativen Terms angegeben ist.</translation>
</message>
<message>
<source>How to resample the raster of the negative term to the grid of the input raster if their grids differ.</source>
<translation>Wie das Raster des negativen Terms auf das Gitter des Eingaberasters abgetastet wird, wenn sich die Gitter unterscheiden.</translation>
</message>
<message>
<source>Number of the overview to compute from, for a quick preview; 0 is the first and largest. The output has the grid of the overview. The raster of the negative term is read from its overview on the same grid, or at full resolution if it has none. A mask keeps its resolution. -1 uses full resolution, or the OVERVIEW_LEVEL that is set on the layer.</source>
<translation>Nummer der Übersicht, aus der für eine schnelle Vorschau gerechnet wird; 0 ist die erste und größte. Die Ausgabe hat das Gitter der Übersicht. Das Raster des negativen Terms wird aus seiner Übersicht mit demselben Gitter gelesen oder, wenn es keine hat, in voller Auflösung. Eine Maske behält ihre Auflösung. -1 verwendet die volle Auflösung oder den OVERVIEW_LEVEL, der am Layer eingestellt ist.</translation>
</message>
<message>
<source>A class layer such as Sentinel-2's SCL, or a quality layer such as Landsat's QA_PIXEL. Its resolution can differ from the input raster's.</source>
<translation>Ein Klassenlayer wie die SCL von Sentinel-2 oder ein Qualitätslayer wie QA_PIXEL von Landsat. Seine Auflösung kann von der des Eingaberasters abweichen.</translation>
</message>
<message>
<source>Band of the mask that contains the values or bits.</source>
<translation>Kanal der Maske, der die Werte oder Bits enthält.</translation>
</message>
<message>
<source>Values and ranges, separated by commas. 3,8-10 hides cloud shadows and clouds of Sentinel-2's SCL.</source>
<translation>Werte und Bereiche, durch Kommas getrennt. 3,8-10 blendet Wolkenschatten und Wolken in der SCL von Sentinel-2 aus.</translation>
</message>
<message>
<source>Bits and ranges, counted from 0. If set, the mask values are ignored. 1-4 hides clouds and cloud shadows of Landsat's QA_PIXEL. 8-9=2-3 hides pixels whose bits 8 and 9 together have the value 2 or 3.</source>
<translation>Bits und Bereiche, ab 0 gezählt. Wenn angegeben, werden die Werte der Maske ignoriert. 1-4 blendet Wolken und Wolkenschatten in QA_PIXEL von Landsat aus. 8-9=2-3 blendet Pixel aus, deren Bits 8 und 9 zusammen den Wert 2 oder 3 haben.</translation>
</message>
<message>
<source>Also hides all pixels within this distance of a pixel that the values or bits hide, for example the edges of clouds. The distance is measured on the grid of the mask. Not available for masks in degrees.</source>
<translation>Blendet auch alle Pixel aus, die höchstens so weit von einem durch Werte oder Bits ausgeblendeten Pixel entfernt sind, zum Beispiel Wolkenränder. Der Abstand wird im Gitter der Maske gemessen. Nicht verfügbar für Masken in Grad.</translation>
</message>
<message>
<source>A GeoTIFF, which appears when it is complete and verified.</source>
<translation>Ein GeoTIFF, das erscheint, sobald es vollständig und geprüft ist.</translation>
</message>
<message>
<source>Computes the same spectral index (A - B) / (A + B) for every raster of a list or folder, by the rules of Parallel normalized difference.</source>
<translation>Berechnet denselben Spektralindex (A - B) / (A + B) für jedes Raster einer Liste oder eines Verzeichnisses, nach den Regeln von „Parallele normalisierte Differenz“.</translation>
</message>
<message>
<source>Several files are computed at the same time. They share the workers and the memory limit.</source>
<translation>Mehrere Dateien werden gleichzeitig berechnet. Sie teilen sich die Worker und die Speichergrenze.</translation>
</message>
<message>
<source>Each result has the name of its raster with the index in front, for example NDVI_tile_0_1.tif. All results appear together at the end.</source>
<translation>Jedes Ergebnis trägt den Namen seines Rasters mit dem Index davor, zum Beispiel NDVI_tile_0_1.tif. Alle Ergebnisse erscheinen am Ende gemeinsam.</translation>
</message>
<message>
<source>If the pixels of a raster cannot be read, the other rasters are still completed. The run then fails with a message that names the raster. A run that fails for another reason or is cancelled leaves the output folder unchanged.</source>
<translation>Wenn sich die Pixel eines Rasters nicht lesen lassen, werden die anderen Raster dennoch fertiggestellt. Danach schlägt der Lauf mit einer Meldung fehl, die das Raster nennt. Ein Lauf, der aus einem anderen Grund fehlschlägt oder abgebrochen wird, lässt das Ausgabeverzeichnis unverändert.</translation>
</message>
<message>
<source>If the input folder contains a list of tiles from Tile raster (tiles.json), the tiles in the list are computed and a new list is written for the results.</source>
<translation>Enthält das Eingabeverzeichnis eine Liste der Kacheln aus „Raster kacheln“ (tiles.json), werden die Kacheln der Liste berechnet und für die Ergebnisse eine neue Liste geschrieben.</translation>
</message>
<message>
<source>Run Tile raster, then this algorithm on the folder of tiles, then Merge tiles. The model NDVI by way of tiles runs these three steps.</source>
<translation>Starten Sie „Raster kacheln“, dann diesen Algorithmus mit dem Verzeichnis der Kacheln, dann „Kacheln zusammenführen“. Das Modell „NDVI by way of tiles“ führt diese drei Schritte aus.</translation>
</message>
<message>
<source>Folder for the results. Each result has the name of its raster with the index in front.</source>
<translation>Verzeichnis für die Ergebnisse. Jedes Ergebnis trägt den Namen seines Rasters mit dem Index davor.</translation>
</message>
<message>
<source>Workers (threads; 0 = maximum set in QGIS)</source>
<translation>Worker (Threads; 0 = in QGIS eingestelltes Maximum)</translation>
</message>
<message>
<source>Memory limit (MB; 0 = a quarter of the available memory)</source>
<translation>Speichergrenze (MB; 0 = ein Viertel des verfügbaren Speichers)</translation>
</message>
<message>
<source>Chunk size (pixels; 0 = automatic)</source>
<translation>Chunkgröße (Pixel; 0 = automatisch)</translation>
</message>
<message>
<source>Creation options (KEY=VALUE|KEY=VALUE)</source>
<translation>Erzeugungsoptionen (KEY=VALUE|KEY=VALUE)</translation>
</message>
<message>
<source>Maximum number of tiles to load after a run (0 = never load)</source>
<translation>Höchstzahl der Kacheln, die nach einem Lauf geladen werden (0 = nie laden)</translation>
</message>
<message>
<source>Example</source>
<translation>Beispiel</translation>
</message>
<message>
<source>Indexes and their bands</source>
<translation>Indizes und ihre Kanäle</translation>
</message>
<message>
<source>A layer of the project or a file. The input is never changed.</source>
<translation>Ein Layer des Projekts oder eine Datei. Die Eingabe wird nie verändert.</translation>
</message>
<message>
<source>Layers of the project or files. Set either this list or a folder.</source>
<translation>Layer des Projekts oder Dateien. Geben Sie entweder diese Liste oder ein Verzeichnis an.</translation>
</message>
<message>
<source>Folder whose files are the input. If it contains a list of tiles from Tile raster (tiles.json), the tiles in the list are used.</source>
<translation>Verzeichnis, dessen Dateien die Eingabe sind. Enthält es eine Liste der Kacheln aus „Raster kacheln“ (tiles.json), werden die Kacheln der Liste verwendet.</translation>
</message>
<message>
<source>Files of the folder to use, in the order of their names; * stands for any characters. Ignored if the folder contains a tiles.json.</source>
<translation>Zu verwendende Dateien des Verzeichnisses, in der Reihenfolge ihrer Namen; * steht für beliebige Zeichen. Wird ignoriert, wenn das Verzeichnis eine tiles.json enthält.</translation>
</message>
<message>
<source>Part of the input to process. Its edges are moved outward to pixel edges. If empty, the complete input is processed.</source>
<translation>Zu verarbeitender Teil der Eingabe. Seine Ränder werden nach außen auf Pixelränder verschoben. Wenn leer, wird die gesamte Eingabe verarbeitet.</translation>
</message>
<message>
<source>GDAL creation options of the output, for example COMPRESS=ZSTD|BLOCKXSIZE=256|BLOCKYSIZE=256. If empty, the output has 512 x 512 blocks, DEFLATE compression and a suitable predictor.</source>
<translation>GDAL-Erzeugungsoptionen der Ausgabe, zum Beispiel COMPRESS=ZSTD|BLOCKXSIZE=256|BLOCKYSIZE=256. Wenn leer, hat die Ausgabe Blöcke von 512 x 512 Pixeln, DEFLATE-Kompression und einen passenden Prädiktor.</translation>
</message>
<message>
<source>Writes a Cloud Optimized GeoTIFF with overviews. Overviews are averaged, or use the nearest pixel if the values may be classes. Creation options are those of GDAL's COG driver. Creating the file takes two and a half times its size on disk.</source>
<translation>Schreibt ein Cloud Optimized GeoTIFF mit Übersichten. Übersichten werden gemittelt oder verwenden das nächstgelegene Pixel, wenn die Werte Klassen sein können. Die Erzeugungsoptionen sind die des COG-Treibers von GDAL. Das Erstellen der Datei braucht das Zweieinhalbfache ihrer Größe an Speicherplatz.</translation>
</message>
<message>
<source>Number of threads. 0 uses the maximum set in QGIS. Ignored if a cluster is used.</source>
<translation>Anzahl der Threads. 0 verwendet das in QGIS eingestellte Maximum. Wird ignoriert, wenn ein Cluster verwendet wird.</translation>
</message>
<message>
<source>Memory limit of the run in MB, in addition to QGIS and GDAL's block cache. It determines the chunk size and how many chunks are processed at once. 0 uses a quarter of the available memory.</source>
<translation>Speichergrenze des Laufs in MB, zusätzlich zu QGIS und dem Blockcache von GDAL. Sie bestimmt die Chunkgröße und wie viele Chunks gleichzeitig verarbeitet werden. 0 verwendet ein Viertel des verfügbaren Speichers.</translation>
</message>
<message>
<source>Edge length of the square chunks in which the raster is processed, rounded up to complete blocks of the file. 0 chooses a size that suits blocks, workers and memory. The result is the same for every size.</source>
<translation>Kantenlänge der quadratischen Chunks, in denen das Raster verarbeitet wird, aufgerundet auf ganze Blöcke der Datei. 0 wählt eine Größe, die zu Blöcken, Workern und Speicher passt. Das Ergebnis ist bei jeder Größe dasselbe.</translation>
</message>
<message>
<source>If empty, this computer is used. For a Dask scheduler that is running: tcp://host:port, tls://host:port or scheduler-file:/path.json. For SLURM: slurm?min=1&amp;max=20. All three accept timeout=300 (seconds) after a question mark.</source>
<translation>Wenn leer, wird dieser Rechner verwendet. Für einen laufenden Dask-Scheduler: tcp://host:port, tls://host:port oder scheduler-file:/path.json. Für SLURM: slurm?min=1&amp;max=20. Alle drei akzeptieren nach einem Fragezeichen timeout=300 (Sekunden).</translation>
</message>
<message>
<source>HTML page about the run: parameters, versions, decisions, counts, chunks, memory and a timeline of the workers.</source>
<translation>HTML-Seite über den Lauf: Parameter, Versionen, Entscheidungen, Zählungen, Chunks, Speicher und zeitlicher Ablauf der Worker.</translation>
</message>
<message>
<source>Value that marks missing pixels in all inputs; it overrides the nodata values stored in the files. If empty, the stored values are used.</source>
<translation>Wert, der fehlende Pixel in allen Eingaben kennzeichnet; er ersetzt die in den Dateien gespeicherten Leerwerte. Wenn leer, werden die gespeicherten Werte verwendet.</translation>
</message>
<message>
<source>Band of the positive term: near infrared for the NDVI, green for the water and snow indexes.</source>
<translation>Kanal des positiven Terms: nahes Infrarot für den NDVI, Grün für die Wasser- und Schneeindizes.</translation>
</message>
<message>
<source>Band of the negative term: red for the NDVI.</source>
<translation>Kanal des negativen Terms: Rot für den NDVI.</translation>
</message>
<message>
<source>Sets only the name and the colours of the result. The bands are those that you choose above.</source>
<translation>Legt nur Namen und Farben des Ergebnisses fest. Die Kanäle sind die oben gewählten.</translation>
</message>
<message>
<source>How stored values are converted to reflectance. The scale and offset stored in the bands are right for most files. Sentinel-2 and Landsat files often store none; set scale and offset below for them.</source>
<translation>Wie gespeicherte Werte in Reflexion umgerechnet werden. Die in den Kanälen gespeicherte Skalierung und der gespeicherte Versatz sind für die meisten Dateien richtig. Dateien von Sentinel-2 und Landsat enthalten oft keine; geben Sie dafür unten Skalierung und Versatz an.</translation>
</message>
<message>
<source>Reflectance = stored value * scale + offset. Used only if you choose Scale and offset below.</source>
<translation>Reflexion = gespeicherter Wert * Skalierung + Versatz. Wird nur verwendet, wenn „Skalierung und Versatz unten“ gewählt ist.</translation>
</message>
<message>
<source>For example -0.1 for Sentinel-2 since 2022 with scale 0.0001, or -0.2 for Landsat Collection 2 with scale 0.0000275.</source>
<translation>Zum Beispiel -0,1 für Sentinel-2 seit 2022 mit Skalierung 0,0001 oder -0,2 für Landsat Collection 2 mit Skalierung 0,0000275.</translation>
</message>
<message>
<source>Result for pixels where A + B is 0, for which the index is not defined.</source>
<translation>Ergebnis für Pixel, bei denen A + B 0 ist, für die der Index also nicht definiert ist.</translation>
</message>
<message>
<source>Sets results outside [-1, 1], which negative reflectance causes, to -1 or 1. The number of such pixels is reported in any case.</source>
<translation>Setzt Ergebnisse außerhalb von [-1, 1], die durch negative Reflexion entstehen, auf -1 oder 1. Die Zahl dieser Pixel wird in jedem Fall gemeldet.</translation>
</message>
<message>
<source>Float32 is exact. Int16 and Byte need half and a quarter of the disk space; their files store a scale and an offset, which QGIS applies.</source>
<translation>Float32 ist genau. Int16 und Byte brauchen die Hälfte und ein Viertel des Speicherplatzes; ihre Dateien speichern eine Skalierung und einen Versatz, die QGIS anwendet.</translation>
</message>
<message>
<source>Value that marks missing pixels in the output. It must be outside [-1, 1] and must not be an integer code of a valid value. NaN is available for Float32 only.</source>
<translation>Wert, der fehlende Pixel in der Ausgabe kennzeichnet. Er muss außerhalb von [-1, 1] liegen und darf kein ganzzahliger Code eines gültigen Werts sein. NaN ist nur bei Float32 möglich.</translation>
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
<source>Scale (for Scale and offset below)</source>
<translation>Skalierung (für „Skalierung und Versatz unten“)</translation>
</message>
<message>
<source>Offset (for Scale and offset below)</source>
<translation>Versatz (für „Skalierung und Versatz unten“)</translation>
</message>
<message>
<source>Nodata of both bands (empty: as stored in the files)</source>
<translation>Leerwert beider Kanäle (leer: wie in den Dateien gespeichert)</translation>
</message>
<message>
<source>Result where A + B = 0</source>
<translation>Ergebnis, wo A + B = 0 ist</translation>
</message>
<message>
<source>Clip to [-1, 1]</source>
<translation>Auf [-1, 1] begrenzen</translation>
</message>
<message>
<source>Output nodata (empty: -9999, -32768 or 255, depending on data type)</source>
<translation>Leerwert der Ausgabe (leer: -9999, -32768 oder 255, je nach Datentyp)</translation>
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
<source>None (reject other grids)</source>
<translation>Keine (andere Gitter ablehnen)</translation>
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
<source>Automatic: holds all input values without loss</source>
<translation>Automatisch: nimmt alle Eingabewerte ohne Verlust auf</translation>
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
<source>Feather: weighted by distance to the edge</source>
<translation>Weicher Übergang: nach dem Abstand zum Rand gewichtet</translation>
</message>
<message>
<source>Each band separately</source>
<translation>Jeder Kanal für sich</translation>
</message>
<message>
<source>All bands from one raster, if any band is valid there</source>
<translation>Alle Kanäle aus einem Raster, sobald dort ein Kanal gültig ist</translation>
</message>
<message>
<source>Only pixels that are valid in all bands</source>
<translation>Nur Pixel, die in allen Kanälen gültig sind</translation>
</message>
<message>
<source>Same in all rasters (reject others)</source>
<translation>In allen Rastern gleich (andere ablehnen)</translation>
</message>
<message>
<source>Highest resolution</source>
<translation>Höchste Auflösung</translation>
</message>
<message>
<source>Lowest resolution</source>
<translation>Niedrigste Auflösung</translation>
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
<source>Multiples of the tile size in the CRS</source>
<translation>Vielfache der Kachelgröße im KBS</translation>
</message>
<message>
<source>{layer}: the open option {option} is not used, and {path} is read without it. If you need the option, export the layer to a file first.</source>
<translation>{layer}: Die Öffnungsoption {option} wird nicht verwendet, und {path} wird ohne sie gelesen. Wenn Sie die Option brauchen, exportieren Sie den Layer zuerst in eine Datei.</translation>
</message>
<message>
<source>{layer}: the CRS set in QGIS, {own}, is not used; the run uses the CRS in the file, {stored}. If you need the CRS set in QGIS, write it to the file with Assign projection first.</source>
<translation>{layer}: Das in QGIS eingestellte KBS, {own}, wird nicht verwendet; der Lauf verwendet das KBS der Datei, {stored}. Wenn Sie das in QGIS eingestellte KBS brauchen, schreiben Sie es zuerst mit „Projektion zuweisen“ in die Datei.</translation>
</message>
<message>
<source>none</source>
<translation>keines</translation>
</message>
<message>
<source>{layer}, band {band}: the additional no data values set in QGIS, {values}, are not used. If you need them, write them to the file first.</source>
<translation>{layer}, Kanal {band}: Die in QGIS eingestellten zusätzlichen Leerwerte, {values}, werden nicht verwendet. Wenn Sie sie brauchen, schreiben Sie sie zuerst in die Datei.</translation>
</message>
<message>
<source>{layer}, band {band}: the no data value {value} is switched off in QGIS, but the run uses it.</source>
<translation>{layer}, Kanal {band}: Der Leerwert {value} ist in QGIS ausgeschaltet, der Lauf verwendet ihn aber.</translation>
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
<source>Splits a raster into GeoTIFF tiles on all CPU cores: by columns and rows, by tile size in pixels or map units, or one tile per polygon.</source>
<translation>Teilt ein Raster auf allen CPU-Kernen in GeoTIFF-Kacheln auf: nach Spalten und Zeilen, nach Kachelgröße in Pixeln oder Karteneinheiten oder in eine Kachel je Polygon.</translation>
</message>
<message>
<source>With columns and rows or a tile size, every pixel is in the core of exactly one tile; only Drop leaves out pixels at the edges. Overlap adds pixels of the neighbours around the core.</source>
<translation>Bei Spalten und Zeilen oder einer Kachelgröße liegt jedes Pixel im Kern genau einer Kachel; nur „Weglassen“ lässt Pixel an den Rändern aus. Eine Überlappung fügt rund um den Kern Pixel der Nachbarkacheln hinzu.</translation>
</message>
<message>
<source>Tiles keep data type, nodata, scale, offset, unit, description, colours, mask or alpha, metadata and CRS. The log lists what a GeoTIFF cannot store. Creation options that you do not set are taken from the input if it is a tiled, lossless GeoTIFF.</source>
<translation>Kacheln behalten Datentyp, Leerwert, Skalierung, Versatz, Einheit, Beschreibung, Farben, Maske oder Alphakanal, Metadaten und KBS. Das Protokoll nennt, was ein GeoTIFF nicht speichern kann. Nicht angegebene Erzeugungsoptionen werden von der Eingabe übernommen, wenn sie ein gekacheltes, verlustfrei komprimiertes GeoTIFF ist.</translation>
</message>
<message>
<source>The output folder contains the tiles, their list (tiles.json) and a virtual mosaic of the cores. An older set of tiles in the folder is replaced when the new one is complete; other files are never changed. A run that fails or is cancelled leaves the folder unchanged. Resume continues an interrupted run.</source>
<translation>Das Ausgabeverzeichnis enthält die Kacheln, ihre Liste (tiles.json) und ein virtuelles Mosaik der Kerne. Ein älterer Kachelsatz im Verzeichnis wird ersetzt, sobald der neue vollständig ist; andere Dateien werden nie verändert. Ein Lauf, der fehlschlägt oder abgebrochen wird, lässt das Verzeichnis unverändert. „Unvollendeten Lauf fortsetzen“ setzt einen unterbrochenen Lauf fort.</translation>
</message>
<message>
<source>A pixel is valid if at least one band has a value (finite, not nodata) and no mask or alpha hides it.</source>
<translation>Ein Pixel ist gültig, wenn mindestens ein Kanal einen Wert hat (endlich, kein Leerwert) und keine Maske und kein Alphakanal es ausblendet.</translation>
</message>
<message>
<source>Split a raster of 10,980 x 10,980 pixels into tiles of 2048 pixels with an overlap of 32 pixels, so that a filter has the neighbouring pixels it needs. Merge tiles removes the overlap again.</source>
<translation>Teilen Sie ein Raster von 10.980 x 10.980 Pixeln in Kacheln von 2048 Pixeln mit einer Überlappung von 32 Pixeln auf, damit ein Filter die Nachbarpixel hat, die er braucht. „Kacheln zusammenführen“ entfernt die Überlappung wieder.</translation>
</message>
<message>
<source>GDAL creation options of the tiles, for example COMPRESS=ZSTD. Options that you do not set are taken from the input if it is a tiled, lossless GeoTIFF; otherwise tiles have 512 x 512 blocks, DEFLATE compression and a suitable predictor.</source>
<translation>GDAL-Erzeugungsoptionen der Kacheln, zum Beispiel COMPRESS=ZSTD. Nicht angegebene Optionen werden von der Eingabe übernommen, wenn sie ein gekacheltes, verlustfrei komprimiertes GeoTIFF ist; sonst haben Kacheln Blöcke von 512 x 512 Pixeln, DEFLATE-Kompression und einen passenden Prädiktor.</translation>
</message>
<message>
<source>How tiles are laid out. Parameters of the other layouts are ignored.</source>
<translation>Wie die Kacheln angeordnet werden. Parameter der anderen Anordnungen werden ignoriert.</translation>
</message>
<message>
<source>Number of tiles side by side, for the layout in columns and rows. Tile widths differ by at most one pixel.</source>
<translation>Anzahl der Kacheln nebeneinander, bei Aufteilung in Spalten und Zeilen. Die Breiten der Kacheln unterscheiden sich um höchstens ein Pixel.</translation>
</message>
<message>
<source>Number of tiles one below the other, for the layout in columns and rows. Tile heights differ by at most one pixel.</source>
<translation>Anzahl der Kacheln untereinander, bei Aufteilung in Spalten und Zeilen. Die Höhen der Kacheln unterscheiden sich um höchstens ein Pixel.</translation>
</message>
<message>
<source>In pixels or map units, depending on the tiling. Map units are rounded to complete pixels.</source>
<translation>In Pixeln oder Karteneinheiten, je nach Art der Aufteilung. Karteneinheiten werden auf ganze Pixel gerundet.</translation>
</message>
<message>
<source>Each feature gives one tile: its bounding box, with nodata outside the polygon.</source>
<translation>Jedes Objekt ergibt eine Kachel: seinen Umgrenzungsrahmen mit Leerwerten außerhalb des Polygons.</translation>
</message>
<message>
<source>Field whose values name the tiles. If empty, feature ids are used.</source>
<translation>Feld, dessen Werte die Kacheln benennen. Wenn leer, werden die Objektkennungen verwendet.</translation>
</message>
<message>
<source>Number of pixels of the neighbours that are added on each side, up to the edge of the raster. Filters need them at tile edges.</source>
<translation>Anzahl der Pixel der Nachbarkacheln, die auf jeder Seite hinzugefügt werden, höchstens bis zum Rand des Rasters. Filter brauchen sie an den Kachelrändern.</translation>
</message>
<message>
<source>What to do with the last tiles if the raster is not a multiple of the tile size.</source>
<translation>Was mit den letzten Kacheln geschieht, wenn das Raster kein Vielfaches der Kachelgröße ist.</translation>
</message>
<message>
<source>With multiples of the tile size, different rasters in the same CRS have the same tile edges.</source>
<translation>Mit Vielfachen der Kachelgröße haben verschiedene Raster im selben KBS dieselben Kachelränder.</translation>
</message>
<message>
<source>Bands to write. If empty, all bands are written.</source>
<translation>Kanäle, die geschrieben werden. Wenn leer, werden alle Kanäle geschrieben.</translation>
</message>
<message>
<source>Tiles without a valid pixel are not written.</source>
<translation>Kacheln ohne gültiges Pixel werden nicht geschrieben.</translation>
</message>
<message>
<source>Tiles with a lower percentage of valid pixels are not written. 0 keeps all tiles.</source>
<translation>Kacheln mit einem geringeren Anteil gültiger Pixel werden nicht geschrieben. 0 behält alle Kacheln.</translation>
</message>
<message>
<source>{name} is the name of the input, {row} and {col} count from 0, {id} is a running number or the name of the polygon, and {x} and {y} are the coordinates of the core's upper left corner. All other text is kept. If empty, the template is {name}_{row}_{col}, or {name}_{id} for polygons.</source>
<translation>{name} ist der Name der Eingabe, {row} und {col} zählen ab 0, {id} ist eine laufende Nummer oder der Name des Polygons, und {x} und {y} sind die Koordinaten der oberen linken Ecke des Kerns. Anderer Text bleibt unverändert. Wenn leer, ist die Vorlage {name}_{row}_{col} oder bei Polygonen {name}_{id}.</translation>
</message>
<message>
<source>Keeps the tiles that an unfinished run with the same input and parameters completed, and writes only the missing ones.</source>
<translation>Behält die Kacheln, die ein unvollendeter Lauf mit derselben Eingabe und denselben Parametern fertiggestellt hat, und schreibt nur die fehlenden.</translation>
</message>
<message>
<source>A run that would write more tiles is rejected. This prevents large numbers of files after a typing error.</source>
<translation>Ein Lauf, der mehr Kacheln schreiben würde, wird abgelehnt. Das verhindert sehr viele Dateien nach einem Tippfehler.</translation>
</message>
<message>
<source>Folder for the tiles, their list (tiles.json) and a virtual mosaic of the tiles.</source>
<translation>Verzeichnis für die Kacheln, ihre Liste (tiles.json) und ein virtuelles Mosaik der Kacheln.</translation>
</message>
<message>
<source>Polygon layer with one feature per tile: its file, position, name and share of valid pixels.</source>
<translation>Polygonlayer mit einem Objekt je Kachel: Datei, Lage, Name und Anteil gültiger Pixel.</translation>
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
<source>Tile overlap (pixels)</source>
<translation>Überlappung der Kacheln (Pixel)</translation>
</message>
<message>
<source>Computes the NDVI by way of tiles, with Tile raster, Normalized difference of tiles and Merge tiles. The result is the same, bit for bit, as that of Parallel normalized difference. Use this model as an example of how the three algorithms work together, or open it in the model designer and adapt it.</source>
<translation>Berechnet den NDVI auf dem Weg über Kacheln, mit „Raster kacheln“, „Normalisierte Differenz von Kacheln“ und „Kacheln zusammenführen“. Das Ergebnis ist Bit für Bit dasselbe wie das von „Parallele normalisierte Differenz“. Verwenden Sie dieses Modell als Beispiel dafür, wie die drei Algorithmen zusammenarbeiten, oder öffnen Sie es in der Modellierung und passen Sie es an.</translation>
</message>
<message>
<source>The {count} tiles are not loaded: the maximum in the Processing options is {limit}.</source>
<translation>Die {count} Kacheln werden nicht geladen: Das Maximum in den Verarbeitungsoptionen ist {limit}.</translation>
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
<source>Cluster (scheduler address or slurm; empty: this computer)</source>
<translation>Cluster (Adresse des Schedulers oder slurm; leer: dieser Rechner)</translation>
</message>
<message>
<source>Run report</source>
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
<source>Field with the names of the tiles</source>
<translation>Feld mit den Namen der Kacheln</translation>
</message>
<message>
<source>Overlap on each side (pixels)</source>
<translation>Überlappung auf jeder Seite (Pixel)</translation>
</message>
<message>
<source>Last tiles if the tile size does not fit</source>
<translation>Letzte Kacheln, wenn die Kachelgröße nicht aufgeht</translation>
</message>
<message>
<source>Align tiles to</source>
<translation>Kacheln ausrichten an</translation>
</message>
<message>
<source>Bands (empty: all)</source>
<translation>Kanäle (leer: alle)</translation>
</message>
<message>
<source>Skip tiles without data</source>
<translation>Kacheln ohne Daten auslassen</translation>
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
<source>Minimum share of valid pixels (percent; other tiles are skipped)</source>
<translation>Mindestanteil gültiger Pixel (Prozent; andere Kacheln werden ausgelassen)</translation>
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
<source>Maximum number of tiles</source>
<translation>Höchstzahl der Kacheln</translation>
</message>
<message>
<source>Tiles of {name}</source>
<translation>Kacheln von {name}</translation>
</message>
</context>
</TS>
