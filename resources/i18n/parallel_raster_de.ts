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
<source>Extent (empty: the centre of the raster, at most 6144 x 6144 pixels)</source>
<translation>Ausdehnung (leer: die Mitte des Rasters, höchstens 6144 x 6144 Pixel)</translation>
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
<source>The default chunk size of all algorithms is now {} pixels.</source>
<translation>Die Vorgabe für die Chunkgröße aller Algorithmen ist jetzt {} Pixel.</translation>
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
<source>Server to check (URL of a catalogue or file)</source>
<translation>Zu prüfender Server (URL eines Katalogs oder einer Datei)</translation>
</message>
<message>
<source>The other algorithms can run</source>
<translation>Die anderen Algorithmen sind lauffähig</translation>
</message>
<message>
<source>Focal filter</source>
<translation>Fokaler Filter</translation>
</message>
<message>
<source>neighbourhood,neighborhood,moving window,convolution,smooth,blur,denoise,speckle,edge detection,texture,fill nodata,parallel,dask</source>
<translation>Nachbarschaft,gleitendes Fenster,Faltung,glätten,weichzeichnen,entrauschen,Speckle,Kantenerkennung,Textur,Lücken füllen,parallel,dask,moving window,convolution,smooth,blur</translation>
</message>
<message>
<source>Bands (empty: all)</source>
<translation>Kanäle (leer: alle)</translation>
</message>
<message>
<source>Filtered</source>
<translation>Gefiltert</translation>
</message>
<message>
<source>{method} of {raster}</source>
<translation>{method} von {raster}</translation>
</message>
<message>
<source>Focal filter for tiles</source>
<translation>Fokaler Filter für Kacheln</translation>
</message>
<message>
<source>neighbourhood,neighborhood,moving window,convolution,smooth,blur,batch,folder,many,parallel,dask</source>
<translation>Nachbarschaft,gleitendes Fenster,Faltung,glätten,weichzeichnen,Stapel,Verzeichnis,viele,parallel,dask,moving window,convolution,smooth,blur</translation>
</message>
<message>
<source>Bands, separated by commas (empty: all)</source>
<translation>Kanäle, durch Kommas getrennt (leer: alle)</translation>
</message>
<message>
<source>Filtered tiles</source>
<translation>Gefilterte Kacheln</translation>
</message>
<message>
<source>Number of files</source>
<translation>Anzahl der Dateien</translation>
</message>
<message>
<source>Label objects</source>
<translation>Objekte nummerieren</translation>
</message>
<message>
<source>connected components,segmentation,clump,region group,patches,threshold,count,sieve,area,parallel,dask</source>
<translation>Objekte,zusammenhängende Flächen,Segmentierung,Schwellenwert,zählen,Fläche,connected components,segmentation,clump,region group,patches,threshold,count,sieve,area,parallel,dask</translation>
</message>
<message>
<source>Input rasters (A, B, C ... in this order)</source>
<translation>Eingaberaster (A, B, C ... in dieser Reihenfolge)</translation>
</message>
<message>
<source>Formula that selects the pixels of objects</source>
<translation>Formel, die die Pixel der Objekte auswählt</translation>
</message>
<message>
<source>Connected pixels</source>
<translation>Zusammenhängende Pixel</translation>
</message>
<message>
<source>Minimum object size (pixels)</source>
<translation>Mindestgröße eines Objekts (Pixel)</translation>
</message>
<message>
<source>Maximum object size (pixels; empty: no limit)</source>
<translation>Höchstgröße eines Objekts (Pixel; leer: unbegrenzt)</translation>
</message>
<message>
<source>Table of objects</source>
<translation>Objekttabelle</translation>
</message>
<message>
<source>Objects</source>
<translation>Objekte</translation>
</message>
<message>
<source>Number of objects</source>
<translation>Anzahl der Objekte</translation>
</message>
<message>
<source>Objects of {raster}</source>
<translation>Objekte von {raster}</translation>
</message>
<message>
<source>Mask raster</source>
<translation>Raster maskieren</translation>
</message>
<message>
<source>cloud,clouds,shadow,SCL,QA_PIXEL,quality,bits,nodata,hide,clip,parallel,dask</source>
<translation>Wolke,Wolken,Schatten,SCL,QA_PIXEL,Qualität,Bits,Leerwert,ausblenden,ausschneiden,parallel,dask</translation>
</message>
<message>
<source>Keep pixels with these mask values or bits, and hide all others</source>
<translation>Pixel mit diesen Werten oder Bits der Maske behalten und alle anderen ausblenden</translation>
</message>
<message>
<source>Mark hidden pixels by</source>
<translation>Ausgeblendete Pixel kennzeichnen durch</translation>
</message>
<message>
<source>Output nodata (empty: as in the input)</source>
<translation>Leerwert der Ausgabe (leer: wie in der Eingabe)</translation>
</message>
<message>
<source>Masked</source>
<translation>Maskiert</translation>
</message>
<message>
<source>Masked {raster}</source>
<translation>{raster} maskiert</translation>
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
<source>Method where rasters overlap</source>
<translation>Methode, wo sich Raster überlappen</translation>
</message>
<message>
<source>Feather: distance from the edge to full weight (pixels)</source>
<translation>Weicher Übergang: Abstand vom Rand bis zum vollen Gewicht (Pixel)</translation>
</message>
<message>
<source>First valid and Last valid: trim the overlap of tiles listed in tiles.json</source>
<translation>Erster und letzter gültiger Wert: Überlappung der in tiles.json aufgeführten Kacheln abschneiden</translation>
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
<source>Pixel size in map units (for "Pixel size below")</source>
<translation>Pixelgröße in Karteneinheiten (für „Pixelgröße unten“)</translation>
</message>
<message>
<source>Resampling of rasters that are not aligned with the output</source>
<translation>Abtastmethode für Raster, die nicht an der Ausgabe ausgerichtet sind</translation>
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
<source>Normalized difference</source>
<translation>Normalisierte Differenz</translation>
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
<source>{index} of tiles</source>
<translation>{index} der Kacheln</translation>
</message>
<message>
<source>Measures how long it takes to compute the normalized difference of your raster serially (with one thread and without Dask) and in parallel (with 1, 2, 4 and more threads), for several chunk sizes.</source>
<translation>Misst, wie lange die Berechnung der normalisierten Differenz Ihres Rasters seriell (mit einem Thread und ohne Dask) und parallel (mit 1, 2, 4 und mehr Threads) dauert, für mehrere Chunkgrößen.</translation>
</message>
<message>
<source>Every run is a complete job, from reading the input file to writing the output file. Each combination of mode (serial or parallel), number of threads and chunk size is a variant. Each round runs every variant once, so that any other load on the computer affects all variants equally. The median time of each variant is used. Every output is compared pixel by pixel with the serial output and then deleted.</source>
<translation>Jeder Lauf ist ein vollständiger Vorgang, vom Lesen der Eingabedatei bis zum Schreiben der Ausgabedatei. Jede Kombination aus Betriebsart (seriell oder parallel), Anzahl der Threads und Chunkgröße ist eine Variante. In jeder Runde läuft jede Variante einmal, damit sich andere Lasten auf dem Rechner auf alle Varianten gleich auswirken. Verwendet wird der Median der Zeiten jeder Variante. Jede Ausgabe wird Pixel für Pixel mit der seriellen Ausgabe verglichen und dann gelöscht.</translation>
</message>
<message>
<source>If the raster is larger than 6144 x 6144 pixels, only its centre is used; set "Extent" to use a different part. Do not use the computer for anything else while the benchmark runs.</source>
<translation>Ist das Raster größer als 6144 x 6144 Pixel, wird nur seine Mitte verwendet; mit „Ausdehnung“ wählen Sie einen anderen Teil. Verwenden Sie den Rechner während der Messung für nichts anderes.</translation>
</message>
<message>
<source>The speedup is the time of the fastest serial variant divided by the time of the fastest parallel variant. To make the best chunk size the default of all algorithms, select the advanced parameter "Use the best chunk size as the default of all algorithms", or enter the size in the Processing options. The report shows the measured times as charts, and the table lists them as numbers.</source>
<translation>Die Beschleunigung ist die Zeit der schnellsten seriellen Variante geteilt durch die Zeit der schnellsten parallelen Variante. Um die beste Chunkgröße zur Vorgabe für alle Algorithmen zu machen, aktivieren Sie den erweiterten Parameter „Beste Chunkgröße als Vorgabe für alle Algorithmen verwenden“ oder tragen Sie die Größe in den Verarbeitungsoptionen ein. Der Bericht zeigt die gemessenen Zeiten als Diagramme, die Tabelle führt sie als Zahlen auf.</translation>
</message>
<message>
<source>Use bands 4 (near infrared) and 3 (red) of a Landsat 7 scene. The raster should have at least 100 megapixels because, with a smaller raster, most of the measured time is spent on starting the run.</source>
<translation>Verwenden Sie die Kanäle 4 (nahes Infrarot) und 3 (Rot) einer Szene von Landsat 7. Das Raster sollte mindestens 100 Megapixel haben, denn bei einem kleineren Raster entfällt die meiste gemessene Zeit auf den Start des Laufs.</translation>
</message>
<message>
<source>Part of the raster to use. The edges of the extent are moved outward to pixel edges. If empty, at most 6144 x 6144 pixels in the centre of the raster are used.</source>
<translation>Zu verwendender Teil des Rasters. Die Ränder der Ausdehnung werden nach außen auf Pixelränder verschoben. Wenn leer, werden höchstens 6144 x 6144 Pixel in der Mitte des Rasters verwendet.</translation>
</message>
<message>
<source>Maximum number of threads. The benchmark runs with 1, 2, 4 and so on, up to this number. 0 uses the maximum set in QGIS.</source>
<translation>Maximale Anzahl der Threads. Die Messung läuft mit 1, 2, 4 und so weiter bis zu dieser Anzahl. 0 verwendet das in QGIS eingestellte Maximum.</translation>
</message>
<message>
<source>GDAL creation options of the output files. With slow compression, most of the measured time is spent on compressing, which hides differences in reading time.</source>
<translation>GDAL-Erzeugungsoptionen der Ausgabedateien. Bei langsamer Kompression entfällt die meiste gemessene Zeit auf das Komprimieren, was Unterschiede in der Lesezeit verdeckt.</translation>
</message>
<message>
<source>Number of measured runs per variant; the median of their times is used. One additional warm-up run is not measured.</source>
<translation>Anzahl der gemessenen Läufe je Variante; verwendet wird der Median ihrer Zeiten. Ein zusätzlicher Lauf zum Aufwärmen wird nicht gemessen.</translation>
</message>
<message>
<source>Edge lengths of the chunks in pixels, separated by commas. A size is skipped, with a line in the log, if the whole raster fits into a single chunk of this size or if chunks of this size exceed the memory limit.</source>
<translation>Kantenlängen der Chunks in Pixeln, durch Kommas getrennt. Eine Größe wird ausgelassen und im Protokoll genannt, wenn das ganze Raster in einen einzigen Chunk dieser Größe passt oder wenn Chunks dieser Größe die Speichergrenze überschreiten.</translation>
</message>
<message>
<source>After the benchmark, the best chunk size is stored as the default chunk size in the Processing options.</source>
<translation>Nach der Messung wird die beste Chunkgröße als Vorgabe für die Chunkgröße in den Verarbeitungsoptionen gespeichert.</translation>
</message>
<message>
<source>CSV file with the time of every run.</source>
<translation>CSV-Datei mit der Zeit jedes Laufs.</translation>
</message>
<message>
<source>Checks the software that this plugin needs and reports what is missing or broken, and how to fix it on Debian, Ubuntu, Windows (OSGeo4W) and macOS, or with conda.</source>
<translation>Prüft die Software, die diese Erweiterung braucht, und meldet, was fehlt oder defekt ist und wie es sich unter Debian, Ubuntu, Windows (OSGeo4W) und macOS oder mit conda beheben lässt.</translation>
</message>
<message>
<source>The report lists the versions of QGIS, Python, GDAL, PROJ, rasterio, rioxarray, dask, numpy and scipy, the compression methods available for GeoTIFFs, and the number of threads and the memory limit of a run. It also shows whether GDAL can read JPEG 2000 files and files on servers, whether QGIS and rasterio use the same GDAL and, if they use different ones, whether this is safe. A small raster is processed as a test. If you specify a cluster, the report also shows whether the cluster can be reached and whether its workers have the same version of this plugin.</source>
<translation>Der Bericht nennt die Versionen von QGIS, Python, GDAL, PROJ, rasterio, rioxarray, dask, numpy und scipy, die für GeoTIFFs verfügbaren Kompressionsverfahren sowie die Anzahl der Threads und die Speichergrenze eines Laufs. Er gibt auch an, ob GDAL JPEG 2000 und Dateien von Servern lesen kann, ob QGIS und rasterio dasselbe GDAL verwenden und, falls nicht, ob das unbedenklich ist. Zur Probe wird ein kleines Raster verarbeitet. Ist ein Cluster angegeben, nennt der Bericht auch, ob der Cluster erreichbar ist und ob seine Worker dieselbe Version dieser Erweiterung haben.</translation>
</message>
<message>
<source>The check works even if all the Python packages that this plugin needs are missing. It changes nothing, and uses the network only if you specify a cluster or a URL. The output "OK" is true if the other algorithms can run.</source>
<translation>Die Prüfung funktioniert auch, wenn alle Python-Pakete fehlen, die diese Erweiterung braucht. Sie verändert nichts und verwendet das Netzwerk nur, wenn ein Cluster oder eine URL angegeben ist. Die Ausgabe „OK“ ist wahr, wenn die anderen Algorithmen lauffähig sind.</translation>
</message>
<message>
<source>Run this algorithm if another algorithm reports a missing package. The report, shown in the results viewer, contains the command that installs the package on your system.</source>
<translation>Starten Sie diesen Algorithmus, wenn ein anderer Algorithmus ein fehlendes Paket meldet. Der Bericht, den die Ergebnisanzeige zeigt, enthält den Befehl, der das Paket auf Ihrem System installiert.</translation>
</message>
<message>
<source>HTML page with the problems found and, for each operating system, the commands that fix them.</source>
<translation>HTML-Seite mit den gefundenen Problemen und den Befehlen, die sie unter den einzelnen Betriebssystemen beheben.</translation>
</message>
<message>
<source>Dask scheduler (tcp://host:port, tls://host:port or scheduler-file:/path.json) or SLURM cluster (slurm?min=1&amp;max=20) to check. If empty, no cluster is checked.</source>
<translation>Zu prüfender Dask-Scheduler (tcp://host:port, tls://host:port oder scheduler-file:/path.json) oder SLURM-Cluster (slurm?min=1&amp;max=20). Wenn leer, wird kein Cluster geprüft.</translation>
</message>
<message>
<source>URL (http:// or https://) on the server to check, for example the URL of a STAC catalogue. The report shows how long the server takes to respond to QGIS, which searches catalogues, and to Python, which reads files. If empty, no request is sent.</source>
<translation>URL (http:// oder https://) auf dem zu prüfenden Server, zum Beispiel die eines STAC-Katalogs. Der Bericht zeigt, nach welcher Zeit der Server QGIS, das Kataloge durchsucht, und Python, das Dateien liest, antwortet. Wenn leer, wird keine Anfrage gesendet.</translation>
</message>
<message>
<source>Replaces each pixel with the mean, the median or another function of the pixels around it, chunk by chunk on all CPU cores.</source>
<translation>Ersetzt jedes Pixel durch den Mittelwert, den Median oder eine andere Funktion der Pixel in seiner Umgebung, Chunk für Chunk auf allen CPU-Kernen.</translation>
</message>
<message>
<source>The result is identical, bit for bit, for any chunk size and number of workers. Each chunk is read together with the pixels around it, so the result has no seams between chunks.</source>
<translation>Das Ergebnis ist für jede Chunkgröße und jede Anzahl von Workern Bit für Bit gleich. Zu jedem Chunk werden auch die umliegenden Pixel gelesen, sodass zwischen Chunks keine Nähte entstehen.</translation>
</message>
<message>
<source>Nodata, masks and alpha are respected: invalid pixels are never part of a mean, sum or median. The nodata rule decides what happens near invalid pixels.</source>
<translation>Leerwerte, Masken und Alpha werden beachtet: Ungültige Pixel gehen nie in einen Mittelwert, eine Summe oder einen Median ein. Was in der Nähe ungültiger Pixel geschieht, bestimmt die Regel für Leerwerte.</translation>
</message>
<message>
<source>If "Values outside the raster" is set to "Reflect" or "Nearest pixel inside", and the raster has no nodata pixels, the Gaussian, median, minimum, maximum, Sobel and Laplace results are identical to the results of scipy.ndimage for the whole raster.</source>
<translation>Wenn „Werte außerhalb des Rasters“ auf „Spiegeln“ oder „Nächstgelegenes inneres Pixel“ eingestellt ist und das Raster keine Leerwerte enthält, stimmen die Ergebnisse von Gauß, Median, Minimum, Maximum, Sobel und Laplace genau mit denen von scipy.ndimage für das ganze Raster überein.</translation>
</message>
<message>
<source>Median, minimum, maximum and majority keep the data type, scale, offset and unit of the bands. If the number of valid pixels is even, the median is the higher of the two middle values. Majority requires integers; if several values are equally frequent, it selects the lowest of them.</source>
<translation>Median, Minimum, Maximum und Mehrheit behalten Datentyp, Skalierung, Versatz und Einheit der Kanäle bei. Bei einer geraden Anzahl gültiger Pixel ist der Median der höhere der beiden mittleren Werte. Die Mehrheit setzt ganze Zahlen voraus; sind mehrere Werte gleich häufig, ist sie der niedrigste davon.</translation>
</message>
<message>
<source>This algorithm requires the Python package scipy, version 1.10 or newer.</source>
<translation>Dieser Algorithmus benötigt das Python-Paket scipy, Version 1.10 oder neuer.</translation>
</message>
<message>
<source>To remove speckle from a radar image, choose the median with radius 2 (5 x 5 pixels). To smooth a digital elevation model before computing contours, choose Gaussian with sigma 2. To remove single pixels from a classification, choose the majority with radius 1.</source>
<translation>Um Speckle aus einem Radarbild zu entfernen, wählen Sie den Median mit Radius 2, also 5 x 5 Pixel. Um ein digitales Höhenmodell zu glätten, bevor Sie Höhenlinien berechnen, wählen Sie Gauß mit Sigma 2. Um einzelne Pixel aus einer Klassifikation zu entfernen, wählen Sie die Mehrheit mit Radius 1.</translation>
</message>
<message>
<source>Number of the overview to filter, for a quick preview; 0 is the first and largest overview. The output has the grid of the overview. -1 uses full resolution or, if the open option OVERVIEW_LEVEL is set on the layer, the overview that this option selects.</source>
<translation>Nummer der Übersicht, die für eine schnelle Vorschau gefiltert wird; 0 ist die erste und größte Übersicht. Die Ausgabe hat das Gitter der Übersicht. -1 verwendet die volle Auflösung oder, wenn am Layer die Öffnungsoption OVERVIEW_LEVEL eingestellt ist, die damit gewählte Übersicht.</translation>
</message>
<message>
<source>Part of the input to process. The edges of the extent are moved outward to pixel edges. Pixels of the raster that lie outside the extent are still used as neighbours. If empty, the whole input is processed.</source>
<translation>Teil der Eingabe, der verarbeitet wird. Die Ränder der Ausdehnung werden nach außen auf Pixelränder verschoben. Pixel des Rasters außerhalb der Ausdehnung werden weiterhin als Nachbarn verwendet. Wenn leer, wird die gesamte Eingabe verarbeitet.</translation>
</message>
<message>
<source>Output GeoTIFF. The file appears only when it is complete and verified.</source>
<translation>GeoTIFF der Ausgabe. Die Datei erscheint erst, wenn sie vollständig und geprüft ist.</translation>
</message>
<message>
<source>Applies the same filter to every raster in a list or folder, by the same rules as "Focal filter".</source>
<translation>Wendet denselben Filter auf jedes Raster einer Liste oder eines Verzeichnisses an, nach den Regeln von „Fokaler Filter“.</translation>
</message>
<message>
<source>Each raster is filtered on its own, without the pixels of neighbouring rasters. To filter tiles without seams, let the tiles overlap: run "Tile raster" with an overlap of at least the radius of the filter in pixels (for the Gaussian filter, sigma times the value of "Radius of the Gaussian filter (multiples of sigma)"), then this algorithm, then "Merge tiles", which trims the overlap. The merged raster is identical, bit for bit, to the result of filtering the whole raster at once.</source>
<translation>Jedes Raster wird für sich gefiltert, ohne die Pixel benachbarter Raster. Um Kacheln ohne Nähte zu filtern, lassen Sie die Kacheln überlappen: Führen Sie „Raster kacheln“ mit einer Überlappung von mindestens dem Radius des Filters in Pixeln aus (beim Gaußfilter Sigma mal dem Wert von „Radius des Gaußfilters (Vielfache von Sigma)“), dann diesen Algorithmus, dann „Kacheln zusammenführen“, das die Überlappung abschneidet. Das zusammengeführte Raster ist Bit für Bit gleich dem Ergebnis, wenn das ganze Raster auf einmal gefiltert wird.</translation>
</message>
<message>
<source>Several rasters are processed at the same time. They share the workers and the memory limit.</source>
<translation>Mehrere Raster werden gleichzeitig verarbeitet. Sie teilen sich die Worker und die Speichergrenze.</translation>
</message>
<message>
<source>Each output file has the name of its input raster, prefixed with the method, for example median_tile_0_1.tif. All output files appear together at the end of the run.</source>
<translation>Jede Ausgabedatei trägt den Namen ihres Eingaberasters mit der Methode davor, zum Beispiel median_tile_0_1.tif. Alle Ausgabedateien erscheinen gemeinsam am Ende des Laufs.</translation>
</message>
<message>
<source>If the pixels of a raster cannot be read, the other rasters are still filtered. The run then fails, and the error message contains the path of the unreadable raster. A run that fails for any other reason or is cancelled leaves the output folder unchanged.</source>
<translation>Lassen sich die Pixel eines Rasters nicht lesen, werden die anderen Raster trotzdem gefiltert. Der Lauf schlägt dann fehl, und die Fehlermeldung enthält den Pfad des unlesbaren Rasters. Schlägt ein Lauf aus einem anderen Grund fehl oder wird er abgebrochen, bleibt das Ausgabeverzeichnis unverändert.</translation>
</message>
<message>
<source>If the input folder contains a tiles.json file (the list of tiles that "Tile raster" writes), the tiles in that list are filtered, and a new list is written for the output files.</source>
<translation>Enthält das Eingabeverzeichnis eine tiles.json (die Liste der Kacheln, die „Raster kacheln“ schreibt), werden die Kacheln dieser Liste gefiltert, und für die Ausgabedateien wird eine neue Liste geschrieben.</translation>
</message>
<message>
<source>Run "Tile raster" with an overlap of 8 pixels, then this algorithm on the folder of tiles with Gaussian and sigma 2, then "Merge tiles" on the output folder.</source>
<translation>Führen Sie „Raster kacheln“ mit einer Überlappung von 8 Pixeln aus, dann diesen Algorithmus mit dem Verzeichnis der Kacheln, Gauß und Sigma 2, dann „Kacheln zusammenführen“ mit dem Ausgabeverzeichnis.</translation>
</message>
<message>
<source>Numbers of the bands to filter in each raster, counted from 1 and separated by commas. If empty, all bands except an alpha band are filtered.</source>
<translation>Nummern der Kanäle jedes Rasters, die gefiltert werden, ab 1 gezählt und durch Kommas getrennt. Wenn leer, werden alle Kanäle außer einem Alphakanal gefiltert.</translation>
</message>
<message>
<source>Folder for the output files. Each output file has the name of its input raster, prefixed with the method.</source>
<translation>Verzeichnis für die Ausgabedateien. Jede Ausgabedatei trägt den Namen ihres Eingaberasters mit der Methode davor.</translation>
</message>
<message>
<source>Pixels with a common edge (4 neighbours)</source>
<translation>Pixel mit gemeinsamer Kante (4 Nachbarn)</translation>
</message>
<message>
<source>Pixels with a common edge or corner (8 neighbours)</source>
<translation>Pixel mit gemeinsamer Kante oder Ecke (8 Nachbarn)</translation>
</message>
<message>
<source>Finds groups of connected pixels (objects) and gives each object an id. A formula, such as a threshold, selects the pixels. The result is a raster of ids and, if requested, a table with the size, area, bounds and centroid of each object.</source>
<translation>Findet Gruppen zusammenhängender Pixel (Objekte) und gibt jedem Objekt eine Nummer. Eine Formel, zum Beispiel ein Schwellenwert, wählt die Pixel aus. Das Ergebnis ist ein Raster mit den Nummern und auf Wunsch eine Tabelle mit Größe, Fläche, Ausdehnung und Zentroid jedes Objekts.</translation>
</message>
<message>
<source>A pixel belongs to an object if the result of the formula is valid and not 0. All other pixels are 0, the nodata value of the output.</source>
<translation>Ein Pixel gehört zu einem Objekt, wenn das Ergebnis der Formel gültig und ungleich 0 ist. Alle anderen Pixel haben den Wert 0, den Leerwert der Ausgabe.</translation>
</message>
<message>
<source>Objects are numbered 1, 2, 3 and so on, in the order of their first pixels, row by row. The ids are the same for any chunk size and number of workers. Without size limits, they are identical to the labels of scipy.ndimage.label for the whole raster. Objects that are too small or too large are left out before the remaining objects are numbered.</source>
<translation>Objekte erhalten die Nummern 1, 2, 3 und so weiter in der Reihenfolge ihrer ersten Pixel, Zeile für Zeile. Die Nummern sind für jede Chunkgröße und jede Anzahl von Workern gleich. Ohne Größengrenzen stimmen sie mit denen von scipy.ndimage.label für das ganze Raster überein. Zu kleine oder zu große Objekte werden weggelassen, bevor die übrigen Objekte ihre Nummern erhalten.</translation>
</message>
<message>
<source>A run first finds all objects, and then writes their ids. On a cluster, or if the memory limit is low, the inputs are read twice. At most 20 million objects are allowed, or fewer if the memory limit is low. Because the raster is read in parts, an object counts towards this maximum once for each part that it touches. Objects that are too small count towards the maximum only if they touch the edge of a part.</source>
<translation>Ein Lauf sucht zuerst alle Objekte und schreibt dann ihre Nummern. Auf einem Cluster oder bei niedriger Speichergrenze werden die Eingaben zweimal gelesen. Höchstens 20 Millionen Objekte sind zulässig, bei niedriger Speichergrenze weniger. Weil das Raster in Teilen gelesen wird, zählt ein Objekt bei dieser Grenze einmal für jeden Teil, in dem es liegt. Zu kleine Objekte zählen dabei nur, wenn sie den Rand eines Teils berühren.</translation>
</message>
<message>
<source>For a raster of NDWI values, "A &gt; 0.2" with a minimum object size of 100 pixels gives each lake of at least 100 pixels an id. With pixels of 10 m, 100 pixels cover 1 hectare. The table then lists the area of each lake in square metres. To get polygons, use the result as the input of "Polygonize (raster to vector)".</source>
<translation>Für ein Raster mit NDWI-Werten gibt „A &gt; 0.2“ mit einer Mindestgröße von 100 Pixeln jedem See mit mindestens 100 Pixeln eine Nummer. Bei Pixeln von 10 m bedecken 100 Pixel 1 Hektar. Die Tabelle enthält dann die Fläche jedes Sees in Quadratmetern. Um Polygone zu erhalten, verwenden Sie das Ergebnis als Eingabe von „Vektorisieren (Raster nach Vektor)“.</translation>
</message>
<message>
<source>Up to 200 rasters: layers of the project, or files. Letters in the formula stand for the rasters, in the order of this list: A, B ... Z, AA, AB and so on.</source>
<translation>Bis zu 200 Rasterlayer des Projekts oder Rasterdateien. In der Formel stehen Buchstaben für die Raster, in der Reihenfolge dieser Liste: A, B ... Z, AA, AB und so weiter.</translation>
</message>
<message>
<source>One formula with the syntax of "Parallel raster calculator", for example "A@4 &gt; 100", or "A &gt; 0.2 and B = 1". The help lists all operators and functions.</source>
<translation>Eine Formel mit der Syntax von „Paralleler Rasterrechner“, zum Beispiel „A@4 &gt; 100“ oder „A &gt; 0.2 and B = 1“. Die Hilfe enthält alle Operatoren und Funktionen.</translation>
</message>
<message>
<source>Whether pixels that touch only at a corner are connected. If such pixels are connected, a thin diagonal line is a single object.</source>
<translation>Ob Pixel zusammenhängen, die sich nur an einer Ecke berühren. Wenn solche Pixel zusammenhängen, ist eine dünne diagonale Linie ein einziges Objekt.</translation>
</message>
<message>
<source>Objects with fewer pixels than this number are left out. 1 keeps all objects.</source>
<translation>Objekte mit weniger Pixeln als hier angegeben werden weggelassen. 1 behält alle Objekte.</translation>
</message>
<message>
<source>Objects with more pixels than this number are left out. If empty, there is no limit.</source>
<translation>Objekte mit mehr Pixeln als hier angegeben werden weggelassen. Wenn leer, gibt es keine Grenze.</translation>
</message>
<message>
<source>Number of the overview in which objects are found, for a quick preview; 0 is the first and largest overview. The output has the grid of the overview. -1 uses full resolution.</source>
<translation>Nummer der Übersicht, in der die Objekte gesucht werden, für eine schnelle Vorschau; 0 ist die erste und größte Übersicht. Die Ausgabe hat das Gitter der Übersicht. -1 verwendet die volle Auflösung.</translation>
</message>
<message>
<source>Table without geometry, one row per object: id, number of pixels, area in square map units (empty in a geographic CRS), bounds (xmin, ymin, xmax, ymax) and centroid (x, y), the mean of the pixel centres. If the raster has no transform, bounds and centroid are in pixels, and the area is empty.</source>
<translation>Tabelle ohne Geometrie mit einer Zeile je Objekt: Nummer, Anzahl der Pixel, Fläche in Quadrat-Karteneinheiten (leer in einem geographischen KBS), Ausdehnung (xmin, ymin, xmax, ymax) und Zentroid (x, y), das Mittel der Pixelmitten. Hat das Raster keine Transformation, werden Ausdehnung und Zentroid in Pixeln angegeben, und die Fläche ist leer.</translation>
</message>
<message>
<source>Valid pixels (percent)</source>
<translation>Gültige Pixel (Prozent)</translation>
</message>
<message>
<source>Pixels hidden by the mask (percent)</source>
<translation>Durch die Maske ausgeblendete Pixel (Prozent)</translation>
</message>
<message>
<source>Pixels copied without decoding (percent)</source>
<translation>Ohne Dekodieren kopierte Pixel (Prozent)</translation>
</message>
<message>
<source>Writes a copy of a raster and masks out the pixels that a mask layer marks as clouds or as another class.</source>
<translation>Schreibt eine Kopie eines Rasters und blendet darin die Pixel aus, die ein Maskenlayer als Wolken oder als eine andere Klasse kennzeichnet.</translation>
</message>
<message>
<source>A pixel is hidden if the mask has one of the mask values at this pixel, or if one of the mask bits is set. If the mask has a different resolution from the input raster, the nearest mask pixel is used. Pixels outside the mask and pixels that are nodata in the mask are also hidden.</source>
<translation>Ein Pixel wird ausgeblendet, wenn die Maske an diesem Pixel einen der Maskenwerte hat oder eines der Maskenbits gesetzt ist. Hat die Maske eine andere Auflösung als das Eingaberaster, wird das nächstgelegene Pixel der Maske verwendet. Pixel, die außerhalb der Maske liegen oder in der Maske einen Leerwert haben, werden ebenfalls ausgeblendet.</translation>
</message>
<message>
<source>Hidden pixels are marked in the same way as missing pixels of the input. If the input has a nodata value, hidden pixels are set to this value. If the input has a mask or alpha band instead, hidden pixels are marked in the mask or alpha band. If the input has none of these, an internal mask marks hidden pixels. You can also choose a different nodata value or an internal mask. An internal mask cannot be combined with a nodata value, because programs would then ignore the nodata value.</source>
<translation>Ausgeblendete Pixel werden so gekennzeichnet wie fehlende Pixel der Eingabe. Hat die Eingabe einen Leerwert, werden sie auf diesen Wert gesetzt. Hat die Eingabe stattdessen eine Maske oder einen Alphakanal, werden sie in der Maske oder im Alphakanal gekennzeichnet. Hat die Eingabe nichts davon, werden sie durch eine interne Maske gekennzeichnet. Sie können auch einen anderen Leerwert oder eine interne Maske wählen. Eine interne Maske kann nicht mit einem Leerwert kombiniert werden, weil Programme den Leerwert dann ignorieren würden.</translation>
</message>
<message>
<source>Data type, scale, colours and all other metadata are kept, except statistics and overviews. If no pixel in a block of a GeoTIFF changes, the block is copied without decoding. If an internal mask marks the hidden pixels, all blocks are copied.</source>
<translation>Datentyp, Skalierung, Farben und alle anderen Metadaten bleiben erhalten, außer Statistiken und Übersichten. Ändert sich in einem Block eines GeoTIFFs kein Pixel, wird der Block ohne Dekodieren kopiert. Kennzeichnet eine interne Maske die ausgeblendeten Pixel, werden alle Blöcke kopiert.</translation>
</message>
<message>
<source>The output file appears only when it is complete and verified. A run that fails or is cancelled leaves no files behind.</source>
<translation>Die Ausgabedatei erscheint erst, wenn sie vollständig und geprüft ist. Ein Lauf, der fehlschlägt oder abgebrochen wird, hinterlässt keine Dateien.</translation>
</message>
<message>
<source>To mask out clouds in the true-colour image of a Sentinel-2 scene, set the mask to the SCL file of the scene and the mask values to 8,9. To write only a preview, set the overview to 0.</source>
<translation>Um Wolken im Echtfarbenbild einer Sentinel-2-Szene auszublenden, stellen Sie als Maske die SCL-Datei der Szene und als Werte der Maske 8,9 ein. Um nur eine Vorschau zu schreiben, stellen Sie als Übersicht 0 ein.</translation>
</message>
<message>
<source>Bands to write. If empty, all bands are written.</source>
<translation>Kanäle, die geschrieben werden. Wenn leer, werden alle Kanäle geschrieben.</translation>
</message>
<message>
<source>Number of the overview to mask; 0 is the first and largest. The output has the grid of the overview, and the mask is read at full resolution. -1 uses full resolution or, if the open option OVERVIEW_LEVEL is set on the layer, the overview that this option selects.</source>
<translation>Nummer der Übersicht, die maskiert wird; 0 ist die erste und größte. Die Ausgabe hat das Gitter der Übersicht, und die Maske wird in voller Auflösung gelesen. -1 verwendet die volle Auflösung oder, wenn am Layer die Öffnungsoption OVERVIEW_LEVEL eingestellt ist, die damit gewählte Übersicht.</translation>
</message>
<message>
<source>Reverses the mask: pixels with the mask values or bits are kept, and all others are hidden. The buffer then extends the hidden areas into the kept areas, so the kept areas shrink.</source>
<translation>Kehrt die Maske um: Pixel mit den Werten oder Bits der Maske werden behalten, alle anderen ausgeblendet. Der Puffer erweitert dann die ausgeblendeten Flächen in die behaltenen hinein, sodass die behaltenen Flächen schrumpfen.</translation>
</message>
<message>
<source>"As in the input" uses the first of these that the input has: nodata value, mask, alpha band. If it has none of them, an internal mask is used. An internal mask is possible only if the input has no nodata value.</source>
<translation>„Wie in der Eingabe“ verwendet das erste dieser Merkmale, das die Eingabe hat: Leerwert, Maske, Alphakanal. Hat sie keines davon, wird eine interne Maske verwendet. Eine interne Maske ist nur möglich, wenn die Eingabe keinen Leerwert hat.</translation>
</message>
<message>
<source>Nodata value of the output, used only if hidden pixels are set to a nodata value. If empty, the nodata value of the input is used. If a visible pixel already has this value, the run ends with an error.</source>
<translation>Leerwert der Ausgabe; er wird nur verwendet, wenn die Ausgabe ausgeblendete Pixel durch einen Leerwert kennzeichnet. Wenn leer, wird der Leerwert der Eingabe verwendet. Hat ein sichtbares Pixel bereits diesen Wert, endet der Lauf mit einem Fehler.</translation>
</message>
<message>
<source>GDAL creation options of the output, for example COMPRESS=ZSTD. Options that you do not set are taken from the input if it is a GeoTIFF without lossy compression; otherwise the output has blocks of 512 x 512 pixels, DEFLATE compression and a suitable predictor. Blocks of the input can be copied without decoding only if the output is stored with the same creation options as the input.</source>
<translation>GDAL-Erzeugungsoptionen der Ausgabe, zum Beispiel COMPRESS=ZSTD. Nicht angegebene Optionen werden von der Eingabe übernommen, wenn sie ein GeoTIFF ohne verlustbehaftete Kompression ist; sonst hat die Ausgabe Blöcke von 512 x 512 Pixeln, DEFLATE-Kompression und einen passenden Prädiktor. Blöcke der Eingabe können nur dann ohne Dekodieren kopiert werden, wenn die Ausgabe mit denselben Erzeugungsoptionen gespeichert wird wie die Eingabe.</translation>
</message>
<message>
<source>Number of rasters</source>
<translation>Anzahl der Raster</translation>
</message>
<message>
<source>Merges any number of rasters into one raster, chunk by chunk on all CPU cores. Only a few files are open at a time, so you can merge thousands of tiles.</source>
<translation>Führt beliebig viele Raster zu einem einzigen zusammen, Chunk für Chunk auf allen CPU-Kernen. Es sind immer nur wenige Dateien gleichzeitig geöffnet, sodass sich auch Tausende Kacheln zusammenführen lassen.</translation>
</message>
<message>
<source>A pixel is valid if its value is finite and not nodata, and if no mask or alpha band of its file hides it. Invalid pixels never hide valid pixels of other rasters.</source>
<translation>Ein Pixel ist gültig, wenn sein Wert endlich und kein Leerwert ist und weder eine Maske noch ein Alphakanal seiner Datei es ausblendet. Ungültige Pixel verdecken nie gültige Pixel anderer Raster.</translation>
</message>
<message>
<source>By default, nodata applies to each band separately: if a pixel is nodata in one band, its values in the other bands are still used. For this reason, an output pixel can combine bands of several rasters; the log reports the number of such pixels. A mask or alpha band hides a pixel in all bands. If the output has a mask but no nodata value, the mask marks every pixel with at least one valid band as valid, and the invalid bands of such a pixel contain 0. The log reports the number of pixels with invalid bands. To write nodata instead of 0, set "Output nodata (empty: automatic)".</source>
<translation>Standardmäßig gelten Leerwerte für jeden Kanal einzeln: Hat ein Pixel in einem Kanal einen Leerwert, werden seine Werte in den anderen Kanälen trotzdem verwendet. Ein Pixel der Ausgabe kann deshalb Kanäle mehrerer Raster enthalten; das Protokoll nennt die Zahl dieser Pixel. Eine Maske oder ein Alphakanal blendet ein Pixel in allen Kanälen aus. Hat die Ausgabe eine Maske, aber keinen Leerwert, kennzeichnet die Maske jedes Pixel mit mindestens einem gültigen Kanal als gültig, und die ungültigen Kanäle eines solchen Pixels enthalten 0. Das Protokoll nennt die Zahl der Pixel mit ungültigen Kanälen. Damit statt 0 ein Leerwert geschrieben wird, geben Sie „Leerwert der Ausgabe (leer: automatisch)“ an.</translation>
</message>
<message>
<source>"First valid" takes each pixel from the first raster in the list in which this pixel is valid, and "Last valid" takes it from the last such raster. With both methods, tiles that "Tile raster" has listed in a tiles.json file contribute only their cores, without the overlap. The other methods use whole tiles. "Feather" weights each raster by the distance of the pixel from the edge of this raster. This smooths the seams.</source>
<translation>„Erster gültiger Wert“ nimmt jedes Pixel aus dem ersten Raster der Liste, in dem dieses Pixel gültig ist, „Letzter gültiger Wert“ aus dem letzten. Bei beiden Methoden werden von Kacheln, die „Raster kacheln“ in einer tiles.json aufgeführt hat, nur die Kerne ohne die Überlappung verwendet. Die anderen Methoden verwenden ganze Kacheln. „Weicher Übergang“ gewichtet jedes Raster nach dem Abstand des Pixels vom Rand dieses Rasters. Dadurch verlaufen die Nähte weich.</translation>
</message>
<message>
<source>Pixels are never shifted silently, and values are never clipped or wrapped. A raster is rejected if its number of bands, scale, offset or CRS differs from that of the first raster, or if its pixels are more than 0.01 pixels off the grid of the first raster; the error message states how the rasters differ. To accept a different CRS or grid, choose a resampling method. The automatic data type can hold every input value. If you choose a data type, the run fails if a value of the result is outside the range of this type, is an integer that a floating-point type cannot represent exactly, or has a fraction that an integer type cannot store. Only means, medians and feathered values are rounded to integers in an integer type. A floating-point type rounds all values with fractions to its precision. Nodata, colours, units and metadata are kept if they are the same in all rasters.</source>
<translation>Pixel werden nie stillschweigend verschoben. Werte werden nie auf den Wertebereich begrenzt und laufen nie über. Ein Raster wird abgelehnt, wenn sich die Anzahl seiner Kanäle, seine Skalierung, sein Versatz oder sein KBS von denen des ersten Rasters unterscheidet oder wenn seine Pixel um mehr als 0,01 Pixel vom Gitter des ersten Rasters abweichen; die Fehlermeldung gibt an, worin sich die Raster unterscheiden. Um ein anderes KBS oder Gitter zuzulassen, wählen Sie eine Abtastmethode. Der automatische Datentyp nimmt jeden Eingabewert auf. Wählen Sie selbst einen Datentyp, schlägt der Lauf fehl, wenn ein Wert des Ergebnisses außerhalb seines Bereichs liegt, wenn ein Gleitkommatyp eine ganze Zahl nicht genau darstellen kann oder wenn ein ganzzahliger Typ Nachkommastellen nicht speichern kann. Nur Mittelwerte, Mediane und Werte weicher Übergänge werden in einem ganzzahligen Typ auf ganze Zahlen gerundet. Ein Gleitkommatyp rundet alle Werte mit Nachkommastellen auf seine Genauigkeit. Leerwert, Farben, Einheiten und Metadaten bleiben erhalten, wenn sie in allen Rastern gleich sind.</translation>
</message>
<message>
<source>The output file appears only when it is complete and verified. A run that fails or is cancelled leaves no files behind. With "First valid" and "Last valid", an output whose name ends in .vrt is a virtual mosaic, which refers to the input rasters and needs almost no disk space.</source>
<translation>Die Ausgabedatei erscheint erst, wenn sie vollständig und geprüft ist. Ein Lauf, der fehlschlägt oder abgebrochen wird, hinterlässt keine Dateien. Mit den Methoden „Erster gültiger Wert“ und „Letzter gültiger Wert“ ist eine Ausgabe, deren Name auf .vrt endet, ein virtuelles Mosaik, das auf die Eingaberaster verweist und fast keinen Speicherplatz braucht.</translation>
</message>
<message>
<source>Set "Input folder" to a folder of tiles from "Tile raster" to restore the original raster bit for bit.</source>
<translation>Geben Sie als „Eingabeverzeichnis“ ein Verzeichnis mit Kacheln aus „Raster kacheln“ an, um das ursprüngliche Raster Bit für Bit wiederherzustellen.</translation>
</message>
<message>
<source>GDAL creation options of the output, for example COMPRESS=ZSTD. Options that you do not set are taken from the first input if it is a tiled GeoTIFF without lossy compression; otherwise the output has blocks of 512 x 512 pixels, DEFLATE compression and a suitable predictor.</source>
<translation>GDAL-Erzeugungsoptionen der Ausgabe, zum Beispiel COMPRESS=ZSTD. Nicht angegebene Optionen werden von der ersten Eingabe übernommen, wenn sie ein gekacheltes GeoTIFF ohne verlustbehaftete Kompression ist; sonst hat die Ausgabe Blöcke von 512 x 512 Pixeln, DEFLATE-Kompression und einen passenden Prädiktor.</translation>
</message>
<message>
<source>How an output pixel is computed if it is valid in several rasters.</source>
<translation>Wie ein Pixel der Ausgabe berechnet wird, das in mehreren Rastern gültig ist.</translation>
</message>
<message>
<source>Distance from the edge of a raster, in pixels, at which the raster reaches its full weight. Used only with "Feather".</source>
<translation>Abstand vom Rand eines Rasters in Pixeln, bei dem das Raster sein volles Gewicht erreicht. Wird nur bei der Methode „Weicher Übergang“ verwendet.</translation>
</message>
<message>
<source>Tiles that are listed in a tiles.json file contribute only their cores, without the overlap. Used only with "First valid" and "Last valid".</source>
<translation>Von Kacheln, die in einer tiles.json aufgeführt sind, werden nur die Kerne ohne die Überlappung verwendet. Gilt nur für die Methoden „Erster gültiger Wert“ und „Letzter gültiger Wert“.</translation>
</message>
<message>
<source>With "Each band separately", each band is merged on its own, so the bands of an output pixel can come from several rasters. With "All bands from the same raster, for pixels valid in at least one band", all bands of an output pixel come from the same raster; this works only with "First valid" and "Last valid". With "Only pixels that are valid in all bands", a pixel of a raster is used only if all its bands are valid; this works with every method.</source>
<translation>Mit „Jeder Kanal für sich“ wird jeder Kanal einzeln zusammengeführt; die Kanäle eines Pixels der Ausgabe können also aus mehreren Rastern stammen. Mit „Alle Kanäle aus demselben Raster, für Pixel, die in mindestens einem Kanal gültig sind“ stammen alle Kanäle eines Pixels der Ausgabe aus demselben Raster; das ist nur mit den Methoden „Erster gültiger Wert“ und „Letzter gültiger Wert“ möglich. Mit „Nur Pixel, die in allen Kanälen gültig sind“ wird ein Pixel eines Rasters nur verwendet, wenn alle seine Kanäle gültig sind; das ist mit jeder Methode möglich.</translation>
</message>
<message>
<source>Pixel size of the output if the pixel sizes of the rasters differ. Every choice except "Same pixel size in all rasters (reject different sizes)" requires a resampling method.</source>
<translation>Pixelgröße der Ausgabe, wenn sich die Pixelgrößen der Raster unterscheiden. Jede Auswahl außer „Gleiche Pixelgröße in allen Rastern (abweichende Größen ablehnen)“ erfordert eine Abtastmethode.</translation>
</message>
<message>
<source>Width and height of an output pixel in map units. Used only if "Pixel size" is set to "Pixel size below".</source>
<translation>Breite und Höhe eines Pixels der Ausgabe in Karteneinheiten. Wird nur verwendet, wenn bei „Pixelgröße“ die Option „Pixelgröße unten“ gewählt ist.</translation>
</message>
<message>
<source>Method for resampling rasters to the grid and CRS of the output, which are based on the first raster. Used only for rasters whose pixels do not coincide with the output's pixels.</source>
<translation>Methode, mit der Raster auf Gitter und KBS der Ausgabe abgetastet werden, die auf dem ersten Raster beruhen. Wird nur für Raster verwendet, deren Pixel nicht mit denen der Ausgabe zusammenfallen.</translation>
</message>
<message>
<source>Value that marks missing pixels in the output. If empty, the nodata value that all rasters share is used. If the rasters share no nodata value, missing pixels are NaN in a floating-point output and hidden by a mask in an integer output.</source>
<translation>Wert, der fehlende Pixel in der Ausgabe kennzeichnet. Wenn leer, wird der gemeinsame Leerwert aller Raster verwendet. Haben die Raster keinen gemeinsamen Leerwert, sind fehlende Pixel bei Gleitkommazahlen NaN und werden bei ganzen Zahlen durch eine Maske ausgeblendet.</translation>
</message>
<message>
<source>Data type of the output bands. The run fails if this data type cannot hold every value of the result. Means, medians and feathered values are rounded to the data type. A floating-point type also rounds other values with fractions to its precision.</source>
<translation>Datentyp der Ausgabekanäle. Der Lauf schlägt fehl, wenn der Datentyp einen Wert des Ergebnisses nicht aufnehmen kann. Mittelwerte, Mediane und Werte weicher Übergänge werden auf den Datentyp gerundet. Ein Gleitkommatyp rundet auch andere Werte mit Nachkommastellen auf seine Genauigkeit.</translation>
</message>
<message>
<source>Output GeoTIFF. The file appears only when it is complete and verified. With "First valid" and "Last valid", a name that ends in .vrt creates a virtual mosaic instead.</source>
<translation>GeoTIFF der Ausgabe. Die Datei erscheint erst, wenn sie vollständig und geprüft ist. Mit den Methoden „Erster gültiger Wert“ und „Letzter gültiger Wert“ entsteht bei einem Namen, der auf .vrt endet, stattdessen ein virtuelles Mosaik.</translation>
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
<source>Pixels outside [-1, 1]</source>
<translation>Pixel außerhalb von [-1, 1]</translation>
</message>
<message>
<source>Computes a spectral index (A - B) / (A + B) from two bands (for the NDVI, A is near infrared and B is red), chunk by chunk on all CPU cores.</source>
<translation>Berechnet aus zwei Kanälen einen Spektralindex (A - B) / (A + B), Chunk für Chunk auf allen CPU-Kernen (beim NDVI ist A nahes Infrarot und B Rot).</translation>
</message>
<message>
<source>A pixel is valid if its values in both bands are finite, not nodata, and not hidden by a mask or alpha band. All other pixels become nodata in the output.</source>
<translation>Ein Pixel ist gültig, wenn seine Werte in beiden Kanälen endlich, keine Leerwerte und nicht durch eine Maske oder einen Alphakanal ausgeblendet sind. Alle anderen Pixel werden in der Ausgabe zu Leerwerten.</translation>
</message>
<message>
<source>The scale and offset of the bands are applied. Integer values never wrap or overflow. The result is the same, bit for bit, for every chunk size and number of workers.</source>
<translation>Skalierung und Versatz der Kanäle werden angewandt. Ganze Zahlen laufen nie über. Das Ergebnis ist bei jeder Chunkgröße und jeder Anzahl von Workern Bit für Bit dasselbe.</translation>
</message>
<message>
<source>A mask hides pixels according to the values of a class layer (in Sentinel-2's SCL, 3,8-10 are cloud shadows and clouds) or the bits of a quality layer (in Landsat's QA_PIXEL, 1-4 are clouds and cloud shadows). If the mask has a different resolution from the input raster, the nearest mask pixel is used. Pixels outside the mask and pixels that are nodata in the mask are also hidden.</source>
<translation>Eine Maske blendet Pixel nach den Werten eines Klassenlayers aus (in der SCL von Sentinel-2 sind 3,8-10 Wolkenschatten und Wolken) oder nach den Bits eines Qualitätslayers (in QA_PIXEL von Landsat sind 1-4 Wolken und Wolkenschatten). Hat die Maske eine andere Auflösung als das Eingaberaster, wird ihr nächstgelegenes Pixel verwendet. Pixel, die außerhalb der Maske liegen oder in der Maske einen Leerwert haben, werden ebenfalls ausgeblendet.</translation>
</message>
<message>
<source>If the raster for the negative term is on a different grid from the input raster, it is rejected unless you choose a resampling method.</source>
<translation>Hat das Raster für den negativen Term ein anderes Gitter als das Eingaberaster, wird es abgelehnt, wenn keine Abtastmethode gewählt ist.</translation>
</message>
<message>
<source>For the NDVI of a Landsat 7 scene, set A to band 4 and B to band 3. Sentinel-2 has one file per band: set "Input raster" to the file of B08, A to band 1, and "Raster of the negative term" to the file of B04.</source>
<translation>Für den NDVI einer Szene von Landsat 7 setzen Sie A auf Kanal 4 und B auf Kanal 3. Sentinel-2 hat eine Datei je Kanal: Geben Sie die Datei von B08 als „Eingaberaster“, Kanal 1 als A und die Datei von B04 als „Raster des negativen Terms“ an.</translation>
</message>
<message>
<source>Set this raster if the positive and negative terms are in different files, for example for Sentinel-2. "Band of the negative term" is then used instead of "Negative term, B".</source>
<translation>Geben Sie dieses Raster an, wenn der positive und der negative Term in verschiedenen Dateien liegen, zum Beispiel bei Sentinel-2. Dann wird „Kanal des negativen Terms“ statt „Negativer Term, B“ verwendet.</translation>
</message>
<message>
<source>Band number in the raster of the negative term. Used only if "Raster of the negative term" is set.</source>
<translation>Kanalnummer im Raster des negativen Terms. Wird nur verwendet, wenn „Raster des negativen Terms“ angegeben ist.</translation>
</message>
<message>
<source>Method for resampling the raster of the negative term to the grid of the input raster if the two grids differ.</source>
<translation>Methode, mit der das Raster des negativen Terms auf das Gitter des Eingaberasters abgetastet wird, wenn sich die beiden Gitter unterscheiden.</translation>
</message>
<message>
<source>Number of the overview from which the index is computed, for a quick preview; 0 is the first and largest overview. The output has the grid of the overview. The raster of the negative term is read from its own overview on the same grid or, if it has no such overview, at full resolution. The mask is always read at full resolution. -1 uses full resolution or, if the open option OVERVIEW_LEVEL is set on the layer, the overview that this option selects.</source>
<translation>Nummer der Übersicht, aus der der Index für eine schnelle Vorschau berechnet wird; 0 ist die erste und größte Übersicht. Die Ausgabe hat das Gitter der Übersicht. Das Raster des negativen Terms wird aus seiner eigenen Übersicht mit demselben Gitter gelesen oder, wenn es keine solche Übersicht hat, in voller Auflösung. Die Maske wird immer in voller Auflösung gelesen. -1 verwendet die volle Auflösung oder, wenn am Layer die Öffnungsoption OVERVIEW_LEVEL eingestellt ist, die damit gewählte Übersicht.</translation>
</message>
<message>
<source>Computes the same spectral index (A - B) / (A + B) for every raster in a list or folder, by the same rules as "Parallel normalized difference".</source>
<translation>Berechnet denselben Spektralindex (A - B) / (A + B) für jedes Raster in einer Liste oder einem Verzeichnis, nach denselben Regeln wie „Parallele normalisierte Differenz“.</translation>
</message>
<message>
<source>Each output file has the name of its input raster, prefixed with the name of the index, for example NDVI_tile_0_1.tif. All output files appear together at the end of the run.</source>
<translation>Jede Ausgabedatei trägt den Namen ihres Eingaberasters mit dem vorangestellten Namen des Index, zum Beispiel NDVI_tile_0_1.tif. Alle Ausgabedateien erscheinen gemeinsam am Ende des Laufs.</translation>
</message>
<message>
<source>If the pixels of a raster cannot be read, the index is still computed for the other rasters. The run then fails, and the path of the unreadable raster is given in the error message. A run that fails for any other reason or is cancelled leaves the output folder unchanged.</source>
<translation>Wenn sich die Pixel eines Rasters nicht lesen lassen, wird der Index für die anderen Raster dennoch berechnet. Danach schlägt der Lauf fehl; der Pfad des unlesbaren Rasters steht in der Fehlermeldung. Ein Lauf, der aus einem anderen Grund fehlschlägt oder abgebrochen wird, lässt das Ausgabeverzeichnis unverändert.</translation>
</message>
<message>
<source>If the input folder contains a tiles.json file (the list of tiles that "Tile raster" writes), the index is computed for the tiles in that list, and a new list is written for the output files.</source>
<translation>Enthält das Eingabeverzeichnis eine tiles.json (die Liste der Kacheln, die „Raster kacheln“ schreibt), wird der Index für die Kacheln dieser Liste berechnet und für die Ausgabedateien eine neue Liste geschrieben.</translation>
</message>
<message>
<source>Run "Tile raster", then this algorithm on the folder of tiles, then "Merge tiles" on the output folder. The model "NDVI by way of tiles" runs these three steps.</source>
<translation>Starten Sie „Raster kacheln“, dann diesen Algorithmus mit dem Verzeichnis der Kacheln, dann „Kacheln zusammenführen“ mit dem Ausgabeverzeichnis. Das Modell „NDVI by way of tiles“ führt diese drei Schritte aus.</translation>
</message>
<message>
<source>Folder for the output files. Each file has the name of its input raster, prefixed with the name of the index (for example NDVI_).</source>
<translation>Verzeichnis für die Ausgabedateien. Jede Datei trägt den Namen ihres Eingaberasters mit dem vorangestellten Namen des Index (zum Beispiel NDVI_).</translation>
</message>
<message>
<source>Computes any formula from the bands of one or several rasters, chunk by chunk on all CPU cores. Several formulas, one per line, give several output bands.</source>
<translation>Berechnet beliebige Formeln aus den Kanälen eines oder mehrerer Raster, Chunk für Chunk auf allen CPU-Kernen. Mehrere Formeln, eine je Zeile, ergeben mehrere Ausgabekanäle.</translation>
</message>
<message>
<source>A pixel of the output is valid if all values that the formula uses for this pixel are valid; all other pixels are nodata. An if() uses only the condition and the branch that the condition selects. Only isnodata(), coalesce() and count() accept nodata.</source>
<translation>Ein Pixel der Ausgabe ist gültig, wenn alle Werte gültig sind, die die Formel für dieses Pixel verwendet; alle anderen Pixel sind Leerwerte. Ein if() verwendet nur die Bedingung und den Zweig, den die Bedingung auswählt. Nur isnodata(), coalesce() und count() akzeptieren Leerwerte.</translation>
</message>
<message>
<source>Formulas are computed in 64-bit floating point, and each result is rounded once, to the output data type. If a formula divides by zero, the result is nodata; the number of such results is reported.</source>
<translation>Formeln werden mit 64-Bit-Gleitkommazahlen berechnet, und jedes Ergebnis wird einmal auf den Datentyp der Ausgabe gerundet. Teilt eine Formel durch null, ist das Ergebnis ein Leerwert; die Anzahl solcher Ergebnisse wird gemeldet.</translation>
</message>
<message>
<source>If a formula has different meanings in QGIS and in other calculators, it is rejected until you add parentheses. For example, write -(a^b) instead of -a^b, and (a^b)^c instead of a^b^c.</source>
<translation>Hat eine Formel in QGIS und in anderen Rechnern unterschiedliche Bedeutungen, wird sie abgelehnt, bis Sie Klammern setzen. Schreiben Sie zum Beispiel -(a^b) statt -a^b und (a^b)^c statt a^b^c.</translation>
</message>
<message>
<source>For a Landsat 7 reflectance image, "evi: 2.5 * (A@4 - A@3) / (A@4 + 6 * A@3 - 7.5 * A@1 + 1)" computes the EVI and names the output band evi. For two rasters from different dates, "A@1 - B@1" computes the difference. "A@1 &gt; 100 and A@1 &lt; 200" is 1 for all values between 100 and 200, and 0 for all other values.</source>
<translation>Für ein Landsat-7-Bild mit Reflexionswerten berechnet „evi: 2.5 * (A@4 - A@3) / (A@4 + 6 * A@3 - 7.5 * A@1 + 1)“ den EVI und nennt den Ausgabekanal evi. Für zwei Raster verschiedener Zeitpunkte berechnet „A@1 - B@1“ die Differenz. „A@1 &gt; 100 and A@1 &lt; 200“ ergibt 1 für alle Werte zwischen 100 und 200 und 0 für alle anderen Werte.</translation>
</message>
<message>
<source>Computes the same formulas for every raster in a list or folder, by the same rules as "Parallel raster calculator".</source>
<translation>Berechnet dieselben Formeln für jedes Raster einer Liste oder eines Verzeichnisses, nach denselben Regeln wie „Paralleler Rasterrechner“.</translation>
</message>
<message>
<source>In the formula, A stands for each raster in turn.</source>
<translation>In der Formel steht A nacheinander für jedes Raster.</translation>
</message>
<message>
<source>Each output file has the name of its input raster, prefixed with calc_, for example calc_tile_0_1.tif. All output files appear together at the end of the run.</source>
<translation>Jede Ausgabedatei heißt wie ihr Eingaberaster mit dem Präfix calc_, zum Beispiel calc_tile_0_1.tif. Alle Ausgabedateien erscheinen gemeinsam am Ende der Ausführung.</translation>
</message>
<message>
<source>If the pixels of a raster cannot be read, the formulas are still computed for the other rasters. The run then fails, and the path of the unreadable raster is given in the error message. A run that fails for any other reason or is cancelled leaves the output folder unchanged.</source>
<translation>Wenn die Pixel eines Rasters nicht gelesen werden können, werden die Formeln für die anderen Raster trotzdem berechnet. Danach schlägt der Lauf fehl, und die Fehlermeldung nennt den Pfad des unlesbaren Rasters. Ein Lauf, der aus einem anderen Grund fehlschlägt oder abgebrochen wird, lässt den Ausgabeordner unverändert.</translation>
</message>
<message>
<source>If the input folder contains a tiles.json file (the list of tiles that "Tile raster" writes), the formulas are computed for the tiles in that list, and a new list is written for the output files.</source>
<translation>Wenn der Eingabeordner eine Datei tiles.json enthält (die Liste der Kacheln, die „Raster kacheln“ schreibt), werden die Formeln für die Kacheln dieser Liste berechnet, und für die Ausgabedateien wird eine neue Liste geschrieben.</translation>
</message>
<message>
<source>Run "Tile raster", then this algorithm on the folder of tiles with the formula A@4 / A@3, then "Merge tiles" on the output folder.</source>
<translation>Führen Sie zuerst „Raster kacheln“ aus, dann diesen Algorithmus mit dem Verzeichnis der Kacheln und der Formel A@4 / A@3, dann „Kacheln zusammenführen“ mit dem Ausgabeverzeichnis.</translation>
</message>
<message>
<source>Folder for the output files. Each output file has the name of its input raster, prefixed with calc_.</source>
<translation>Verzeichnis für die Ausgabedateien. Jede Ausgabedatei heißt wie ihr Eingaberaster mit dem Präfix calc_.</translation>
</message>
<message>
<source>band 1 of the first raster</source>
<translation>Kanal 1 des ersten Rasters</translation>
</message>
<message>
<source>the band of A whose description is "nir"; band 1 of the raster named "layer"</source>
<translation>der Kanal von A mit der Beschreibung „nir“; Kanal 1 des Rasters mit dem Namen „layer“</translation>
</message>
<message>
<source>the only band of A; if A has several bands, each band in turn</source>
<translation>der einzige Kanal von A; hat A mehrere Kanäle, nacheinander jeder Kanal</translation>
</message>
<message>
<source>arithmetic; ^ raises to a power</source>
<translation>Grundrechenarten; ^ potenziert</translation>
</message>
<message>
<source>comparisons; the result is 1 (true) or 0 (false)</source>
<translation>Vergleiche; das Ergebnis ist 1 (wahr) oder 0 (falsch)</translation>
</message>
<message>
<source>logical operations; 0 is false, every other number is true</source>
<translation>logische Operationen; 0 ist falsch, jede andere Zahl ist wahr</translation>
</message>
<message>
<source>the value a if the condition c is not 0, otherwise the value b</source>
<translation>der Wert a, wenn die Bedingung c nicht 0 ist, sonst der Wert b</translation>
</message>
<message>
<source>minimum, maximum, mean, sum or median of several values, for example max(A@1, 0)</source>
<translation>Minimum, Maximum, Mittelwert, Summe oder Median mehrerer Werte, zum Beispiel max(A@1, 0)</translation>
</message>
<message>
<source>mathematical functions; angles are in radians</source>
<translation>mathematische Funktionen; Winkel im Bogenmaß</translation>
</message>
<message>
<source>round down, round up, or round to the nearest whole number (halves to the nearest even number)</source>
<translation>abrunden, aufrunden oder zur nächsten ganzen Zahl runden (Hälften zur geraden Zahl)</translation>
</message>
<message>
<source>x limited to the range from lo to hi</source>
<translation>x, begrenzt auf den Bereich von lo bis hi</translation>
</message>
<message>
<source>the number encoded in bits lo to hi of x; bits are counted from 0</source>
<translation>die Zahl, die in den Bits lo bis hi von x gespeichert ist; Bits werden ab 0 gezählt</translation>
</message>
<message>
<source>1 if x is nodata, otherwise 0</source>
<translation>1, wenn x ein Leerwert ist, sonst 0</translation>
</message>
<message>
<source>the first value that is not nodata</source>
<translation>der erste Wert, der kein Leerwert ist</translation>
</message>
<message>
<source>the number of values that are not nodata</source>
<translation>die Anzahl der Werte, die keine Leerwerte sind</translation>
</message>
<message>
<source>nodata; the number pi</source>
<translation>Leerwert; die Zahl pi</translation>
</message>
<message>
<source>The output has the grid of the first raster. The other rasters can have a different extent if their pixels coincide with the pixels of the first raster; outside its extent, a raster counts as nodata. A raster on any other grid is rejected unless you choose a resampling method.</source>
<translation>Die Ausgabe hat das Gitter des ersten Rasters. Die anderen Raster können eine andere Ausdehnung haben, wenn ihre Pixel mit denen des ersten Rasters übereinstimmen; außerhalb seiner Ausdehnung gilt ein Raster als Leerwert. Ein Raster auf einem anderen Gitter wird abgelehnt, wenn Sie keine Abtastmethode wählen.</translation>
</message>
<message>
<source>Each line, or each part between semicolons, becomes one band of the output, for example (A@4 - A@3) / (A@4 + A@3). To name the band, put a name and a colon in front of the formula. The help lists all operators and functions.</source>
<translation>Jede Zeile oder jeder Teil zwischen Semikolons wird ein Kanal der Ausgabe, zum Beispiel (A@4 - A@3) / (A@4 + A@3). Um den Kanal zu benennen, stellen Sie der Formel einen Namen und einen Doppelpunkt voran. Die Hilfe führt alle Operatoren und Funktionen auf.</translation>
</message>
<message>
<source>Which scale and offset are applied to the stored values before the formula is computed.</source>
<translation>Welche Skalierung und welcher Versatz auf die gespeicherten Werte angewendet werden, bevor die Formel berechnet wird.</translation>
</message>
<message>
<source>The formula is computed with stored value * scale + offset. Used only if you choose "Scale and offset below".</source>
<translation>Die Formel wird mit gespeicherter Wert * Skalierung + Versatz berechnet. Wird nur verwendet, wenn Sie „Skalierung und Versatz unten“ wählen.</translation>
</message>
<message>
<source>Number that is added after multiplying by the scale, for example -0.1 with scale 0.0001 for Sentinel-2 since 2022, or -0.2 with scale 0.0000275 for Landsat Collection 2. Used only if you choose "Scale and offset below".</source>
<translation>Zahl, die nach der Multiplikation mit der Skalierung addiert wird, zum Beispiel -0,1 bei Skalierung 0,0001 für Sentinel-2 seit 2022 oder -0,2 bei Skalierung 0,0000275 für Landsat Collection 2. Wird nur verwendet, wenn „Skalierung und Versatz unten“ gewählt ist.</translation>
</message>
<message>
<source>Number of the overview from which the formulas are computed, for a quick preview; 0 is the first and largest overview. The output has the grid of the overview. -1 uses full resolution.</source>
<translation>Nummer der Übersicht, aus der die Formeln für eine schnelle Vorschau berechnet werden; 0 ist die erste und größte Übersicht. Die Ausgabe hat das Gitter der Übersicht. -1 verwendet die volle Auflösung.</translation>
</message>
<message>
<source>Automatic uses Byte if every formula is a comparison, a logical operation or isnodata(), and Float32 otherwise. Results outside the range of an integer type become nodata, and their number is reported; integers never wrap around.</source>
<translation>Automatisch verwendet Byte, wenn jede Formel ein Vergleich, eine logische Operation oder isnodata() ist, sonst Float32. Ergebnisse außerhalb des Wertebereichs eines ganzzahligen Typs werden zu Leerwerten, und ihre Anzahl wird gemeldet; ganze Zahlen laufen nie über.</translation>
</message>
<message>
<source>Value that marks missing pixels in the output. If empty, it is -9999 for floating-point types, the lowest value of signed integer types and the highest value of unsigned integer types.</source>
<translation>Wert, der fehlende Pixel in der Ausgabe kennzeichnet. Wenn das Feld leer ist: -9999 bei Gleitkommatypen, der kleinste Wert bei ganzzahligen Typen mit Vorzeichen und der größte bei solchen ohne Vorzeichen.</translation>
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
<source>Bands to filter. If empty, all bands except an alpha band are filtered.</source>
<translation>Kanäle, die gefiltert werden. Wenn leer, werden alle Kanäle außer einem Alphakanal gefiltert.</translation>
</message>
<message>
<source>Function that is applied to each pixel and its neighbours. Median, minimum, maximum and majority select one of the values; all other methods first apply the scale and offset. Sobel is the magnitude of the gradient, and Laplace is the sum of the second differences along rows and columns.</source>
<translation>Funktion, die aus jedem Pixel und seinen Nachbarn berechnet wird. Median, Minimum, Maximum und Mehrheit wählen einen der Werte aus; alle anderen Methoden wenden zuerst Skalierung und Versatz an. Sobel ist der Betrag des Gradienten, Laplace die Summe der zweiten Differenzen entlang der Zeilen und Spalten.</translation>
</message>
<message>
<source>Number of pixels from the central pixel to the edge of the neighbourhood: with radius 1, a square has 3 x 3 pixels. Ignored by Gaussian, which uses sigma, and by Sobel and Laplace, which use 3 x 3 pixels.</source>
<translation>Anzahl der Pixel vom mittleren Pixel bis zum Rand der Nachbarschaft: Beim Radius 1 hat ein Quadrat 3 x 3 Pixel. Ohne Wirkung bei Gauß, das Sigma verwendet, und bei Sobel und Laplace, die 3 x 3 Pixel verwenden.</translation>
</message>
<message>
<source>A circle contains only the pixels whose distance from the central pixel, measured between the centres, is at most the radius. Ignored by Gaussian, Sobel and Laplace.</source>
<translation>Ein Kreis enthält nur die Pixel, deren Mittelpunkte höchstens um den Radius vom Mittelpunkt des mittleren Pixels entfernt sind. Ohne Wirkung bei Gauß, Sobel und Laplace.</translation>
</message>
<message>
<source>Standard deviation of the Gaussian filter's weights. A higher value gives a smoother result.</source>
<translation>Standardabweichung der Gewichte des Gaußfilters. Ein höherer Wert ergibt ein glatteres Ergebnis.</translation>
</message>
<message>
<source>The Gaussian filter uses the pixels of a square window. The radius of this window is sigma times this number, rounded to whole pixels.</source>
<translation>Der Gaußfilter verwendet die Pixel eines quadratischen Fensters. Der Radius dieses Fensters ist Sigma mal diese Zahl, auf ganze Pixel gerundet.</translation>
</message>
<message>
<source>What the filter assumes beyond the edge of the raster: nodata, the pixels of the raster mirrored at its edge, or the nearest pixel of the raster.</source>
<translation>Was der Filter jenseits des Rasterrandes annimmt: Leerwerte, die am Rand gespiegelten Pixel des Rasters oder das nächstgelegene Pixel des Rasters.</translation>
</message>
<message>
<source>By default, nodata pixels stay nodata, and the other pixels are computed from their valid neighbours. With "Skip nodata neighbours, fill nodata pixels", nodata pixels that have valid neighbours are also computed. With "Nodata wherever a neighbour is nodata", and always with Sobel and Laplace, every pixel with a nodata neighbour becomes nodata.</source>
<translation>Standardmäßig bleiben Leerwerte erhalten, und die anderen Pixel werden aus ihren gültigen Nachbarn berechnet. Mit „Leerwerte der Nachbarn auslassen, Pixel mit Leerwert füllen“ werden auch Leerwerte berechnet, die gültige Nachbarn haben. Mit „Leerwert überall, wo ein Nachbar ein Leerwert ist“, und bei Sobel und Laplace immer, wird jedes Pixel mit einem Leerwert in der Nachbarschaft zum Leerwert.</translation>
</message>
<message>
<source>Number of the overview to filter, for a quick preview; 0 is the first and largest overview. The output has the grid of the overview. -1 uses full resolution.</source>
<translation>Nummer der Übersicht, die für eine schnelle Vorschau gefiltert wird; 0 ist die erste und größte Übersicht. Die Ausgabe hat das Gitter der Übersicht. -1 verwendet die volle Auflösung.</translation>
</message>
<message>
<source>Automatic uses the data type of the input for median, minimum, maximum and majority, and UInt16 for the count. For all other methods, it uses Float32 if the input is Float32 or has integers of up to 16 bits, and Float64 otherwise. Results outside the range of an integer type become nodata, and their number is reported.</source>
<translation>„Automatisch“ verwendet für Median, Minimum, Maximum und Mehrheit den Datentyp der Eingabe und für die Anzahl UInt16. Bei allen anderen Methoden ist es Float32, wenn die Eingabe Float32 ist oder ganze Zahlen mit höchstens 16 Bit enthält, sonst Float64. Ergebnisse außerhalb des Wertebereichs eines ganzzahligen Typs werden zu Leerwerten, und ihre Anzahl wird gemeldet.</translation>
</message>
<message>
<source>Value that marks missing pixels in the output. If empty, outputs with the data type of the input keep the nodata value of the input. All other outputs use -9999 for floating-point types, the lowest value of signed integer types and the highest value of unsigned integer types.</source>
<translation>Wert, der fehlende Pixel in der Ausgabe kennzeichnet. Wenn leer, behalten Ausgaben mit dem Datentyp der Eingabe deren Leerwert bei. Für alle anderen Ausgaben gilt: -9999 bei Gleitkommatypen, der kleinste Wert bei ganzzahligen Typen mit Vorzeichen und der größte bei solchen ohne Vorzeichen.</translation>
</message>
<message>
<source>Method</source>
<translation>Methode</translation>
</message>
<message>
<source>Radius (pixels; not for Gaussian, Sobel and Laplace)</source>
<translation>Radius (Pixel; nicht für Gauß, Sobel und Laplace)</translation>
</message>
<message>
<source>Shape of the neighbourhood</source>
<translation>Form der Nachbarschaft</translation>
</message>
<message>
<source>Sigma of the Gaussian filter (pixels)</source>
<translation>Sigma des Gaußfilters (Pixel)</translation>
</message>
<message>
<source>Radius of the Gaussian filter (multiples of sigma)</source>
<translation>Radius des Gaußfilters (Vielfache von Sigma)</translation>
</message>
<message>
<source>Values outside the raster</source>
<translation>Werte außerhalb des Rasters</translation>
</message>
<message>
<source>Nodata rule</source>
<translation>Regel für Leerwerte</translation>
</message>
<message>
<source>Overview (-1 = full resolution, 0 = first overview)</source>
<translation>Übersicht (-1 = volle Auflösung, 0 = erste Übersicht)</translation>
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
<source>What a formula may contain</source>
<translation>Was eine Formel enthalten kann</translation>
</message>
<message>
<source>Raster layer of the project, or a raster file. The file is never changed.</source>
<translation>Rasterlayer des Projekts oder eine Rasterdatei. Die Datei wird nie verändert.</translation>
</message>
<message>
<source>Raster layers of the project, or raster files. Specify either this list or an input folder, but not both.</source>
<translation>Rasterlayer des Projekts oder Rasterdateien. Geben Sie entweder diese Liste oder ein Eingabeverzeichnis an, aber nicht beides.</translation>
</message>
<message>
<source>Folder that contains the input files. If it contains a tiles.json file (the list of tiles that "Tile raster" writes), the tiles in that list are used.</source>
<translation>Verzeichnis, das die Eingabedateien enthält. Enthält es eine tiles.json (die Liste der Kacheln, die „Raster kacheln“ schreibt), werden die Kacheln dieser Liste verwendet.</translation>
</message>
<message>
<source>Pattern that the names of the input files must match; * stands for any characters. The files are used in the order of their names. Ignored if the folder contains a tiles.json file.</source>
<translation>Muster, dem die Namen der Eingabedateien entsprechen müssen; * steht für beliebige Zeichen. Die Dateien werden in der Reihenfolge ihrer Namen verwendet. Das Muster wird ignoriert, wenn das Verzeichnis eine tiles.json enthält.</translation>
</message>
<message>
<source>Part of the input to process. The edges of the extent are moved outward to pixel edges. If empty, the whole input is processed.</source>
<translation>Zu verarbeitender Teil der Eingabe. Die Ränder der Ausdehnung werden nach außen auf Pixelränder verschoben. Wenn leer, wird die gesamte Eingabe verarbeitet.</translation>
</message>
<message>
<source>GDAL creation options of the output, for example COMPRESS=ZSTD|BLOCKXSIZE=256|BLOCKYSIZE=256. If empty, the output has blocks of 512 x 512 pixels, DEFLATE compression and a suitable predictor.</source>
<translation>GDAL-Erzeugungsoptionen der Ausgabe, zum Beispiel COMPRESS=ZSTD|BLOCKXSIZE=256|BLOCKYSIZE=256. Wenn leer, hat die Ausgabe Blöcke von 512 x 512 Pixeln, DEFLATE-Kompression und einen passenden Prädiktor.</translation>
</message>
<message>
<source>Writes a Cloud Optimized GeoTIFF with overviews. The overviews use average resampling or, if the values may be classes, nearest-neighbour resampling. The creation options must be options of GDAL's COG driver. Creating the file requires disk space equal to two and a half times its final size.</source>
<translation>Schreibt ein Cloud Optimized GeoTIFF mit Übersichten. Die Übersichten enthalten Mittelwerte oder, wenn die Werte Klassen sein können, die nächstgelegenen Pixel. Die Erzeugungsoptionen müssen Optionen des COG-Treibers von GDAL sein. Das Erstellen der Datei braucht das Zweieinhalbfache ihrer endgültigen Größe an Speicherplatz.</translation>
</message>
<message>
<source>Number of threads. 0 uses the maximum set in QGIS. Ignored if a cluster is used.</source>
<translation>Anzahl der Threads. 0 verwendet das in QGIS eingestellte Maximum. Wird ignoriert, wenn ein Cluster verwendet wird.</translation>
</message>
<message>
<source>Memory limit of the run in MB, not counting the memory used by QGIS and GDAL's block cache. The limit determines the chunk size and how many chunks are processed at once. 0 uses a quarter of the available memory.</source>
<translation>Speichergrenze des Laufs in MB, ohne den Speicher, den QGIS und der Blockcache von GDAL verwenden. Sie bestimmt die Chunkgröße und wie viele Chunks gleichzeitig verarbeitet werden. 0 verwendet ein Viertel des verfügbaren Speichers.</translation>
</message>
<message>
<source>Edge length, in pixels, of the square chunks in which the raster is processed. The length is rounded up to a whole number of blocks of the file. 0 chooses a size that suits the blocks, the number of workers and the memory limit. The result is the same for every chunk size.</source>
<translation>Kantenlänge der quadratischen Chunks, in denen das Raster verarbeitet wird, in Pixeln. Die Länge wird auf ganze Blöcke der Datei aufgerundet. 0 wählt eine Größe, die zu den Blöcken, der Anzahl der Worker und der Speichergrenze passt. Das Ergebnis ist bei jeder Chunkgröße dasselbe.</translation>
</message>
<message>
<source>Dask cluster to run on. If empty, this computer is used. For a running Dask scheduler, enter tcp://host:port, tls://host:port or scheduler-file:/path.json. For SLURM, enter slurm?min=1&amp;max=20 (minimum and maximum number of workers). To limit how long the run waits for workers, add a timeout in seconds, for example tcp://host:port?timeout=300 or slurm?min=1&amp;max=20&amp;timeout=300.</source>
<translation>Dask-Cluster, auf dem der Lauf rechnet. Wenn leer, wird dieser Rechner verwendet. Für einen laufenden Dask-Scheduler gilt: tcp://host:port, tls://host:port oder scheduler-file:/path.json. Für SLURM gilt: slurm?min=1&amp;max=20 (kleinste und größte Anzahl der Worker). Um zu begrenzen, wie lange der Lauf auf Worker wartet, fügen Sie mit timeout eine Höchstdauer in Sekunden hinzu, zum Beispiel tcp://host:port?timeout=300 oder slurm?min=1&amp;max=20&amp;timeout=300.</translation>
</message>
<message>
<source>HTML page that describes the run: its parameters, software versions, automatic decisions, pixel counts, chunks and memory use, and a timeline of the workers.</source>
<translation>HTML-Seite, die den Lauf beschreibt: Parameter, Softwareversionen, automatische Entscheidungen, Pixelzahlen, Chunks, Speicherverbrauch und zeitlicher Ablauf der Worker.</translation>
</message>
<message>
<source>Method for resampling rasters whose pixels do not coincide with the pixels of the first raster.</source>
<translation>Resampling-Methode für Raster, deren Pixel nicht mit denen des ersten Rasters übereinstimmen.</translation>
</message>
<message>
<source>Value that marks missing pixels in all inputs; it overrides the nodata values stored in the files. If empty, the stored values are used.</source>
<translation>Wert, der fehlende Pixel in allen Eingaben kennzeichnet; er ersetzt die in den Dateien gespeicherten Leerwerte. Wenn leer, werden die gespeicherten Werte verwendet.</translation>
</message>
<message>
<source>Band of the positive term, for example near infrared for the NDVI or green for the water and snow indexes.</source>
<translation>Kanal des positiven Terms, zum Beispiel nahes Infrarot für den NDVI oder Grün für die Wasser- und Schneeindizes.</translation>
</message>
<message>
<source>Band of the negative term, for example red for the NDVI.</source>
<translation>Kanal des negativen Terms, zum Beispiel Rot für den NDVI.</translation>
</message>
<message>
<source>Sets the name and the colours of the result, but not the bands. Select the bands above.</source>
<translation>Legt den Namen und die Farben des Ergebnisses fest, aber nicht die Kanäle. Wählen Sie die Kanäle oben.</translation>
</message>
<message>
<source>How stored values are converted to reflectance. For most files, the scale and offset stored in the bands are correct. Sentinel-2 and Landsat files often contain no scale and offset; for these files, choose "Scale and offset below" and set both.</source>
<translation>Wie gespeicherte Werte in Reflexion umgerechnet werden. Bei den meisten Dateien sind die in den Kanälen gespeicherte Skalierung und der gespeicherte Versatz richtig. Dateien von Sentinel-2 und Landsat enthalten oft weder Skalierung noch Versatz; wählen Sie bei diesen Dateien „Skalierung und Versatz unten“ und geben Sie beide an.</translation>
</message>
<message>
<source>Reflectance = stored value * scale + offset. Used only if you choose "Scale and offset below".</source>
<translation>Reflexion = gespeicherter Wert * Skalierung + Versatz. Wird nur verwendet, wenn „Skalierung und Versatz unten“ gewählt ist.</translation>
</message>
<message>
<source>Result for pixels where A + B is 0. The index is not defined for these pixels.</source>
<translation>Ergebnis für Pixel, bei denen A + B 0 ist. Für diese Pixel ist der Index nicht definiert.</translation>
</message>
<message>
<source>Sets results below -1 to -1 and results above 1 to 1. Such results occur if a reflectance is negative. The number of pixels with such results is reported even if this option is not selected.</source>
<translation>Setzt Ergebnisse unter -1 auf -1 und Ergebnisse über 1 auf 1. Solche Ergebnisse entstehen, wenn ein Reflexionswert negativ ist. Die Zahl der Pixel mit solchen Ergebnissen wird auch gemeldet, wenn diese Option nicht gewählt ist.</translation>
</message>
<message>
<source>Float32 stores the index without rounding it to integers. Int16 needs half the disk space of Float32, and Byte a quarter. Int16 and Byte files contain a scale and an offset, which QGIS applies.</source>
<translation>Float32 speichert den Index, ohne ihn auf ganze Zahlen zu runden. Int16 braucht halb so viel Speicherplatz wie Float32, Byte ein Viertel. Dateien mit Int16 oder Byte enthalten eine Skalierung und einen Versatz, die QGIS anwendet.</translation>
</message>
<message>
<source>Value that marks missing pixels in the output. For Float32, it must be NaN or outside [-1, 1]. For Int16 and Byte, it must not be one of the integers that stand for a result.</source>
<translation>Wert, der fehlende Pixel in der Ausgabe kennzeichnet. Bei Float32 muss er NaN sein oder außerhalb von [-1, 1] liegen. Bei Int16 und Byte darf er keine der ganzen Zahlen sein, die für ein Ergebnis stehen.</translation>
</message>
<message>
<source>Index (sets the name and colours of the result)</source>
<translation>Index (benennt und färbt das Ergebnis)</translation>
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
<source>None (reject different grids)</source>
<translation>Keine (abweichende Gitter ablehnen)</translation>
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
<source>Automatic</source>
<translation>Automatisch</translation>
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
<source>Automatic: stores all input values without loss</source>
<translation>Automatisch: speichert alle Eingabewerte ohne Verlust</translation>
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
<source>Feather: mean weighted by distance from the raster edge</source>
<translation>Weicher Übergang: nach dem Abstand zum Rasterrand gewichtetes Mittel</translation>
</message>
<message>
<source>Each band separately</source>
<translation>Jeder Kanal für sich</translation>
</message>
<message>
<source>All bands from the same raster, for pixels valid in at least one band</source>
<translation>Alle Kanäle aus demselben Raster, für Pixel, die in mindestens einem Kanal gültig sind</translation>
</message>
<message>
<source>Only pixels that are valid in all bands</source>
<translation>Nur Pixel, die in allen Kanälen gültig sind</translation>
</message>
<message>
<source>Same pixel size in all rasters (reject different sizes)</source>
<translation>Gleiche Pixelgröße in allen Rastern (abweichende Größen ablehnen)</translation>
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
<source>As in the input</source>
<translation>Wie in der Eingabe</translation>
</message>
<message>
<source>Nodata value</source>
<translation>Leerwert</translation>
</message>
<message>
<source>Internal mask</source>
<translation>Interne Maske</translation>
</message>
<message>
<source>Gaussian</source>
<translation>Gauß</translation>
</message>
<message>
<source>Range</source>
<translation>Spannweite</translation>
</message>
<message>
<source>Majority</source>
<translation>Mehrheit</translation>
</message>
<message>
<source>Sobel (edges)</source>
<translation>Sobel (Kanten)</translation>
</message>
<message>
<source>Laplace</source>
<translation>Laplace</translation>
</message>
<message>
<source>Square</source>
<translation>Quadrat</translation>
</message>
<message>
<source>Circle</source>
<translation>Kreis</translation>
</message>
<message>
<source>Pixels outside are nodata</source>
<translation>Pixel außerhalb sind Leerwerte</translation>
</message>
<message>
<source>Reflect (mirrored, including the outermost pixels)</source>
<translation>Spiegeln (einschließlich der äußersten Pixel)</translation>
</message>
<message>
<source>Nearest pixel inside</source>
<translation>Nächstgelegenes inneres Pixel</translation>
</message>
<message>
<source>Skip nodata neighbours, keep nodata pixels</source>
<translation>Leerwerte der Nachbarn auslassen, Pixel mit Leerwert beibehalten</translation>
</message>
<message>
<source>Skip nodata neighbours, fill nodata pixels</source>
<translation>Leerwerte der Nachbarn auslassen, Pixel mit Leerwert füllen</translation>
</message>
<message>
<source>Nodata wherever a neighbour is nodata</source>
<translation>Leerwert überall, wo ein Nachbar ein Leerwert ist</translation>
</message>
<message>
<source>Cells</source>
<translation>Zellen</translation>
</message>
<message>
<source>Zone raster</source>
<translation>Zonenraster</translation>
</message>
<message>
<source>Share of valid pixels (0 to 1)</source>
<translation>Anteil gültiger Pixel (0 bis 1)</translation>
</message>
<message>
<source>Leave them out</source>
<translation>Auslassen</translation>
</message>
<message>
<source>Fill them with nodata</source>
<translation>Mit Leerwerten füllen</translation>
</message>
<message>
<source>Bands</source>
<translation>Kanäle</translation>
</message>
<message>
<source>Formula</source>
<translation>Formel</translation>
</message>
<message>
<source>Percentile</source>
<translation>Perzentil</translation>
</message>
<message>
<source>Medoid: the scene closest to all others</source>
<translation>Medoid: die Szene, die allen anderen am nächsten ist</translation>
</message>
<message>
<source>Best scene: the highest value of the formula</source>
<translation>Beste Szene: der höchste Wert der Formel</translation>
</message>
<message>
<source>All scenes together</source>
<translation>Alle Szenen zusammen</translation>
</message>
<message>
<source>Year</source>
<translation>Jahr</translation>
</message>
<message>
<source>Season of three months</source>
<translation>Jahreszeit aus drei Monaten</translation>
</message>
<message>
<source>Month</source>
<translation>Monat</translation>
</message>
<message>
<source>Dekad (a third of a month)</source>
<translation>Dekade (ein Drittel eines Monats)</translation>
</message>
<message>
<source>ISO week</source>
<translation>ISO-Woche</translation>
</message>
<message>
<source>Day in UTC</source>
<translation>Tag in UTC</translation>
</message>
<message>
<source>Day in solar time</source>
<translation>Tag in Sonnenzeit</translation>
</message>
<message>
<source>Each scene</source>
<translation>Jede Szene</translation>
</message>
<message>
<source>One file per period</source>
<translation>Eine Datei je Zeitraum</translation>
</message>
<message>
<source>One file for all periods</source>
<translation>Eine Datei für alle Zeiträume</translation>
</message>
<message>
<source>Each item</source>
<translation>Jedes Item</translation>
</message>
<message>
<source>Keep the most recently processed version</source>
<translation>Die zuletzt prozessierte Fassung behalten</translation>
</message>
<message>
<source>Keep all</source>
<translation>Alle behalten</translation>
</message>
<message>
<source>Reject them</source>
<translation>Ablehnen</translation>
</message>
<message>
<source>Scale and offset of the catalogue, with all scenes converted to one offset</source>
<translation>Skalierung und Versatz des Katalogs, alle Szenen auf einen gemeinsamen Versatz umgerechnet</translation>
</message>
<message>
<source>Use URLs unchanged</source>
<translation>URLs unverändert verwenden</translation>
</message>
<message>
<source>Sign URLs with the service below</source>
<translation>URLs vom unten angegebenen Dienst signieren lassen</translation>
</message>
<message>
<source>End the run</source>
<translation>Lauf beenden</translation>
</message>
<message>
<source>Leave the scene out and list it in the table of items</source>
<translation>Szene auslassen und in der Tabelle der Items auflisten</translation>
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
<source>Drop the last tile</source>
<translation>Letzte Kachel weglassen</translation>
</message>
<message>
<source>Grid</source>
<translation>Gitter</translation>
</message>
<message>
<source>Centred on points or polygons</source>
<translation>Um Punkte oder Polygone zentriert</translation>
</message>
<message>
<source>Random</source>
<translation>Zufällig</translation>
</message>
<message>
<source>Shift inward</source>
<translation>Nach innen verschieben</translation>
</message>
<message>
<source>No</source>
<translation>Nein</translation>
</message>
<message>
<source>Mean and standard deviation</source>
<translation>Mittelwert und Standardabweichung</translation>
</message>
<message>
<source>Percentiles 2 to 98</source>
<translation>Perzentile 2 bis 98</translation>
</message>
<message>
<source>GeoTIFF</source>
<translation>GeoTIFF</translation>
</message>
<message>
<source>NumPy archive (.npz)</source>
<translation>NumPy-Archiv (.npz)</translation>
</message>
<message>
<source>The raster's upper left corner</source>
<translation>Obere linke Ecke des Rasters</translation>
</message>
<message>
<source>CRS coordinates that are multiples of the tile size</source>
<translation>KBS-Koordinaten, die Vielfache der Kachelgröße sind</translation>
</message>
<message>
<source>{layer}: the open option {option} is not used; {path} is read without it. If you need the option, export the layer to a new file and use that file as the input.</source>
<translation>{layer}: Die Öffnungsoption {option} wird nicht verwendet; {path} wird ohne sie gelesen. Wenn Sie die Option brauchen, exportieren Sie den Layer in eine neue Datei und verwenden Sie diese als Eingabe.</translation>
</message>
<message>
<source>{layer}: the CRS set in QGIS, {own}, is not used; the run uses the CRS stored in the file, {stored}. If you need the CRS set in QGIS, first write it to the file with "Assign projection".</source>
<translation>{layer}: Das in QGIS eingestellte KBS, {own}, wird nicht verwendet; der Lauf verwendet das in der Datei gespeicherte KBS, {stored}. Wenn Sie das in QGIS eingestellte KBS brauchen, schreiben Sie es zuerst mit „Projektion zuweisen“ in die Datei.</translation>
</message>
<message>
<source>none</source>
<translation>keines</translation>
</message>
<message>
<source>{layer}, band {band}: the additional no data values set in QGIS, {values}, are not used. If you need them, create a new file in which these values are replaced with the no data value of the band, and use that file as the input.</source>
<translation>{layer}, Kanal {band}: Die in QGIS eingestellten zusätzlichen Leerwerte, {values}, werden nicht verwendet. Wenn Sie sie brauchen, erstellen Sie eine neue Datei, in der diese Werte durch den Leerwert des Kanals ersetzt sind, und verwenden Sie diese Datei als Eingabe.</translation>
</message>
<message>
<source>{layer}, band {band}: the no data value {value} is switched off in QGIS, but the run uses it. If you need the pixels with this value, first remove the no data value in a copy of the file, and use that copy as the input.</source>
<translation>{layer}, Kanal {band}: Der Leerwert {value} ist in QGIS ausgeschaltet, der Lauf verwendet ihn aber. Wenn Sie die Pixel mit diesem Wert brauchen, entfernen Sie den Leerwert zuerst in einer Kopie der Datei und verwenden Sie diese Kopie als Eingabe.</translation>
</message>
<message>
<source>A class layer such as Sentinel-2's SCL, or a quality layer such as Landsat's QA_PIXEL. The mask can have a different resolution from the input raster.</source>
<translation>Ein Klassenlayer wie die SCL von Sentinel-2 oder ein Qualitätslayer wie QA_PIXEL von Landsat. Die Auflösung der Maske kann von der des Eingaberasters abweichen.</translation>
</message>
<message>
<source>Band of the mask that contains the values or bits.</source>
<translation>Kanal der Maske, der die Werte oder Bits enthält.</translation>
</message>
<message>
<source>Mask values and ranges of values that hide a pixel, separated by commas. For example, 3,8-10 hides pixels that Sentinel-2's SCL classifies as cloud shadow or cloud.</source>
<translation>Werte und Wertebereiche der Maske, die ein Pixel ausblenden, durch Kommas getrennt. Zum Beispiel blendet 3,8-10 die Wolkenschatten und Wolken in der SCL von Sentinel-2 aus.</translation>
</message>
<message>
<source>Bits and ranges of bits that hide a pixel, counted from 0 and separated by commas. If any bits are set here, the mask values are ignored. For example, 1-4 hides pixels that Landsat's QA_PIXEL marks as cloud or cloud shadow, and 8-9=2-3 hides pixels whose bits 8 and 9 together have the value 2 or 3.</source>
<translation>Bits und Bereiche von Bits, die ein Pixel ausblenden, ab 0 gezählt und durch Kommas getrennt. Sind hier Bits angegeben, werden die Werte der Maske ignoriert. Zum Beispiel blendet 1-4 die Wolken und Wolkenschatten in QA_PIXEL von Landsat aus, und 8-9=2-3 blendet Pixel aus, deren Bits 8 und 9 zusammen den Wert 2 oder 3 haben.</translation>
</message>
<message>
<source>Also hides all pixels within this distance of a pixel hidden by the mask values or bits, for example at the edges of clouds. The distance is in map units and is measured on the grid of the mask. A buffer cannot be used if the CRS of the mask is in degrees.</source>
<translation>Blendet zusätzlich alle Pixel aus, die höchstens so weit von einem durch Werte oder Bits der Maske ausgeblendeten Pixel entfernt sind, zum Beispiel an Wolkenrändern. Der Abstand wird in Karteneinheiten angegeben und im Gitter der Maske gemessen. Ein Puffer ist nicht möglich, wenn das KBS der Maske Grad als Einheit hat.</translation>
</message>
<message>
<source>Mask values and ranges of values that hide a pixel, separated by commas. If empty, clouds and cloud shadows are hidden; this requires a Sentinel-2 SCL, Landsat QA_PIXEL, HLS Fmask or MODIS state layer, which is recognized by its file name.</source>
<translation>Maskenwerte und Wertebereiche, die ein Pixel ausblenden, durch Kommas getrennt. Wenn das Feld leer ist, werden Wolken und Wolkenschatten ausgeblendet; dazu muss die Maske ein SCL-Layer von Sentinel-2, QA_PIXEL von Landsat, Fmask von HLS oder ein state-Layer von MODIS sein, der am Dateinamen erkannt wird.</translation>
</message>
<message>
<source>Number of bands</source>
<translation>Anzahl der Kanäle</translation>
</message>
<message>
<source>Number of invalid results (stored as nodata)</source>
<translation>Anzahl ungültiger Ergebnisse (als Leerwerte gespeichert)</translation>
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
<source>Mask bits that hide a pixel (for example 1-4), instead of mask values</source>
<translation>Bits der Maske, die ein Pixel ausblenden (zum Beispiel 1-4), statt der Werte</translation>
</message>
<message>
<source>Buffer around pixels hidden by the mask (map units)</source>
<translation>Puffer um die von der Maske ausgeblendeten Pixel (Karteneinheiten)</translation>
</message>
<message>
<source>Scale and offset</source>
<translation>Skalierung und Versatz</translation>
</message>
<message>
<source>Scale (for "Scale and offset below")</source>
<translation>Skalierung (für „Skalierung und Versatz unten“)</translation>
</message>
<message>
<source>Offset (for "Scale and offset below")</source>
<translation>Versatz (für „Skalierung und Versatz unten“)</translation>
</message>
<message>
<source>Resampling of inputs on other grids</source>
<translation>Resampling von Eingaben auf anderen Gittern</translation>
</message>
<message>
<source>Raster analysis</source>
<translation>Rasteranalyse</translation>
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
<source>false (0)</source>
<translation>falsch (0)</translation>
</message>
<message>
<source>true (1)</source>
<translation>wahr (1)</translation>
</message>
<message>
<source>Only the first layers were loaded. Not loaded: {names}</source>
<translation>Nur die ersten Layer wurden geladen. Nicht geladen: {names}</translation>
</message>
<message>
<source>Vegetation</source>
<translation>Vegetation</translation>
</message>
<message>
<source>Water</source>
<translation>Wasser</translation>
</message>
<message>
<source>Burnt areas</source>
<translation>Brandflächen</translation>
</message>
<message>
<source>Built-up areas</source>
<translation>Bebaute Flächen</translation>
</message>
<message>
<source>Soil</source>
<translation>Boden</translation>
</message>
<message>
<source>Snow and ice</source>
<translation>Schnee und Eis</translation>
</message>
<message>
<source>Clouds</source>
<translation>Wolken</translation>
</message>
<message>
<source>Bands of the formulas</source>
<translation>Kanäle der Formeln</translation>
</message>
<message>
<source>Constants of the formulas</source>
<translation>Konstanten der Formeln</translation>
</message>
<message>
<source>Computes spectral indexes by name from the Awesome Spectral Indices catalogue, chunk by chunk on all CPU cores; each index becomes one output band.</source>
<translation>Berechnet Spektralindizes nach ihrem Namen aus dem Katalog Awesome Spectral Indices, Chunk für Chunk auf allen CPU-Kernen; jeder Index wird ein Ausgabekanal.</translation>
</message>
<message>
<source>Each band of a formula is found by its description or file name (for example B04, SR_B4 or red). If this is not possible, it is found by the wavelength in its metadata or, failing that, by its position if there are as many bands as in a complete image from the sensor. The log lists each band and how it was found. If a band is missing or ambiguous, the run does not start.</source>
<translation>Jeder Kanal einer Formel wird anhand der ersten dieser Angaben gefunden, die ihn bestimmt: seiner Beschreibung oder seines Dateinamens (zum Beispiel B04, SR_B4 oder red), der Wellenlänge in seinen Metadaten oder seiner Position, wenn es so viele Kanäle gibt wie in einem vollständigen Bild des Sensors. Das Protokoll führt jeden Kanal auf und wie er gefunden wurde. Fehlt ein Kanal oder ist er nicht eindeutig, startet der Lauf nicht.</translation>
</message>
<message>
<source>The formulas of the catalogue are defined for reflectance from 0 to 1. If the value of an index depends on the scale, and its bands contain integers without a scale and offset, a warning is logged.</source>
<translation>Die Formeln des Katalogs gelten für Reflexion von 0 bis 1. Hängt der Wert eines Index von der Skalierung ab und enthalten seine Kanäle ganze Zahlen ohne Skalierung und Versatz, steht eine Warnung im Protokoll.</translation>
</message>
<message>
<source>Formulas are computed in 64-bit floating point and rounded once, to Float32. A pixel is valid if all bands in the formula are valid at this pixel. A division by zero gives nodata; the number of such results is reported.</source>
<translation>Formeln werden mit 64-Bit-Gleitkommazahlen berechnet und einmal auf Float32 gerundet. Ein Pixel ist gültig, wenn alle Kanäle der Formel in diesem Pixel gültig sind. Eine Division durch null ergibt einen Leerwert; die Anzahl solcher Ergebnisse wird gemeldet.</translation>
</message>
<message>
<source>The metadata of each output band contains the name, formula and constants of the index, its bands, its reference, and the version of the catalogue.</source>
<translation>Die Metadaten jedes Ausgabekanals enthalten Name, Formel und Konstanten des Index, seine Kanäle, seine Quelle und die Version des Katalogs.</translation>
</message>
<message>
<source>To compute EVI and MSAVI of a Sentinel-2 image, choose the files of its bands B02, B04 and B08, select EVI and MSAVI, choose "Scale and offset below", and set the scale to 0.0001 and the offset to -0.1. In qgis_process, write INDEX=EVI,MSAVI.</source>
<translation>Für EVI und MSAVI eines Bilds von Sentinel-2 wählen Sie die Dateien seiner Kanäle B02, B04 und B08 und die Indizes EVI und MSAVI. Wählen Sie „Skalierung und Versatz unten“ und geben Sie als Skalierung 0,0001 und als Versatz -0,1 an. In qgis_process schreiben Sie INDEX=EVI,MSAVI.</translation>
</message>
<message>
<source>One raster with all bands, or several rasters, for example one file for each band. The output has the grid of the first raster in the list.</source>
<translation>Ein Raster mit allen Kanälen oder mehrere Raster, zum Beispiel eine Datei je Kanal. Die Ausgabe hat das Gitter des ersten Rasters der Liste.</translation>
</message>
<message>
<source>Short names of the indexes, in the order of the output bands. The help lists their long names and formulas. In a command, separate the names with commas. Names are case-sensitive.</source>
<translation>Kurznamen der Indizes in der Reihenfolge der Ausgabekanäle. Die Hilfe führt ihre vollen Namen und ihre Formeln auf. In einem Befehl trennen Sie die Namen durch Kommas. Groß- und Kleinschreibung werden unterschieden.</translation>
</message>
<message>
<source>Sensor whose band names and band order are used to find the bands. "auto" recognizes the sensor by the names of the files and bands or, if there are no names, by the number of bands. With "none", no sensor is assumed: a band is found only if you assign it, or if it has a wavelength or a common name such as red.</source>
<translation>Sensor, dessen Kanalnamen und Kanalreihenfolge verwendet werden, um die Kanäle zu finden. Mit „auto“ wird der Sensor an den Namen der Dateien und Kanäle erkannt oder, wenn es keine Namen gibt, an der Anzahl der Kanäle. Mit „none“ wird kein Sensor angenommen: Ein Kanal wird nur gefunden, wenn Sie ihn zuweisen oder wenn er eine Wellenlänge oder einen gebräuchlichen Namen wie red hat.</translation>
</message>
<message>
<source>Assigns bands to the letters in the formulas, for example N=4,R=3. If there are several rasters, N=B@1 assigns band 1 of the second raster. Assigned bands take precedence over bands that are found automatically.</source>
<translation>Weist den Buchstaben der Formeln Kanäle zu, zum Beispiel N=4,R=3. Bei mehreren Rastern weist N=B@1 den Kanal 1 des zweiten Rasters zu. Zugewiesene Kanäle haben Vorrang vor automatisch gefundenen.</translation>
</message>
<message>
<source>Values of constants in the formulas, for example L=0.5,g=2. Constants that you do not set have the default values of the catalogue. Wavelengths such as lambdaN have no default; they are taken from the band or the sensor.</source>
<translation>Werte von Konstanten der Formeln, zum Beispiel L=0.5,g=2. Konstanten, die Sie nicht setzen, haben die Vorgabewerte des Katalogs. Wellenlängen wie lambdaN haben keine Vorgabe; sie werden vom Kanal oder vom Sensor übernommen.</translation>
</message>
<message>
<source>Value that marks missing pixels in the output. If empty, it is -9999.</source>
<translation>Wert, der fehlende Pixel in der Ausgabe kennzeichnet. Wenn leer, ist er -9999.</translation>
</message>
<message>
<source>Searches a STAC catalogue for scenes in an area and a time range, and saves the items that it finds.</source>
<translation>Sucht in einem STAC-Katalog nach Szenen in einem Gebiet und Zeitraum und speichert die gefundenen Items.</translation>
</message>
<message>
<source>The output is an ItemCollection, which you can use as the input of "STAC items to aligned rasters". In QGIS, the output is also loaded as a layer with the footprints of the scenes.</source>
<translation>Die Ausgabe ist eine ItemCollection, die Sie als Eingabe für „STAC-Items zu ausgerichteten Rastern“ verwenden können. In QGIS wird die Ausgabe auch als Layer mit den Umrissen der Szenen geladen.</translation>
</message>
<message>
<source>All pages of the search results are read. If there are more items than the maximum, the run ends with an error. An extent that crosses the 180th meridian is searched in two parts.</source>
<translation>Alle Seiten der Suchergebnisse werden gelesen. Gibt es mehr Items als das Maximum, endet der Lauf mit einem Fehler. Eine Ausdehnung über den 180. Meridian hinweg wird in zwei Teilen gesucht.</translation>
</message>
<message>
<source>To find Sentinel-2 scenes of May 2024 with at most 30 % cloud, set the URL to https://earth-search.aws.element84.com/v1, the collections to sentinel-2-l2a, the dates to 2024-05-01 and 2024-05-31, and the maximum cloud cover to 30.</source>
<translation>Um Sentinel-2-Szenen vom Mai 2024 mit höchstens 30 % Wolken zu finden, setzen Sie die URL auf https://earth-search.aws.element84.com/v1, die Sammlungen auf sentinel-2-l2a, die Daten auf 2024-05-01 und 2024-05-31 und die maximale Wolkenbedeckung auf 30.</translation>
</message>
<message>
<source>URL of a STAC API, with or without /search at the end.</source>
<translation>URL einer STAC-API, mit oder ohne /search am Ende.</translation>
</message>
<message>
<source>IDs of the collections to search, separated by commas, for example sentinel-2-l2a.</source>
<translation>IDs der zu durchsuchenden Sammlungen, durch Kommas getrennt, zum Beispiel sentinel-2-l2a.</translation>
</message>
<message>
<source>Area that the scenes must intersect. If empty, the whole catalogue is searched.</source>
<translation>Gebiet, das die Szenen schneiden müssen. Wenn leer, wird der ganze Katalog durchsucht.</translation>
</message>
<message>
<source>Date or time in UTC of the earliest scene. If empty, there is no limit.</source>
<translation>Datum oder Zeit in UTC der frühesten Szene. Wenn leer, gibt es keine Grenze.</translation>
</message>
<message>
<source>Date or time in UTC of the latest scene. A date includes the whole day. If empty, there is no limit.</source>
<translation>Datum oder Zeit in UTC der spätesten Szene. Ein Datum umfasst den ganzen Tag. Wenn leer, gibt es keine Grenze.</translation>
</message>
<message>
<source>Maximum cloud cover of a scene in percent. 100 also finds scenes without a stated cloud cover.</source>
<translation>Größte Wolkenbedeckung einer Szene in Prozent. 100 findet auch Szenen ohne Angabe der Wolkenbedeckung.</translation>
</message>
<message>
<source>Additional condition for the items, in CQL2 JSON. The catalogue must support filters.</source>
<translation>Zusätzliche Bedingung an die Items, in CQL2-JSON. Der Katalog muss Filter unterstützen.</translation>
</message>
<message>
<source>Maximum number of items. If the search finds more, the run ends with an error.</source>
<translation>Maximale Anzahl der Items. Findet die Suche mehr, endet der Lauf mit einem Fehler.</translation>
</message>
<message>
<source>QGIS authentication configuration for requests to the catalogue or the signing service.</source>
<translation>Authentifizierungskonfiguration von QGIS für Anfragen an den Katalog oder den Signaturdienst.</translation>
</message>
<message>
<source>GeoJSON file with the items. An existing file is replaced.</source>
<translation>GeoJSON-Datei mit den Items. Eine vorhandene Datei wird ersetzt.</translation>
</message>
<message>
<source>Writes scenes from a STAC catalogue as rasters on one grid. Only the pixels in the extent are read from the servers.</source>
<translation>Schreibt Szenen aus einem STAC-Katalog als Raster auf einem Gitter. Von den Servern werden nur die Pixel in der Ausdehnung gelesen.</translation>
</message>
<message>
<source>All items of a solar day are combined into one raster with a band for each asset. If an item exists in several versions, only the most recently processed version is read. Where different items overlap, the valid pixels of the most recently processed item are used. This is the item with the highest processing baseline or, if the baselines are equal, the item with the latest update.</source>
<translation>Alle Items eines Sonnentags werden zu einem Raster mit einem Kanal je Asset zusammengefügt. Gibt es ein Item in mehreren Fassungen, wird nur die zuletzt prozessierte Fassung gelesen. Wo sich verschiedene Items überlappen, werden die gültigen Pixel des zuletzt prozessierten Items verwendet. Das ist das Item mit der höchsten Prozessierungsversion (processing baseline) oder, bei gleicher Version, das mit der jüngsten Aktualisierung.</translation>
</message>
<message>
<source>Assets whose pixels coincide with the output's pixels are copied exactly. All other assets are resampled, or rejected if no resampling method is chosen. The extent is enlarged until its edges are whole multiples of the pixel size. Landsat's pixel edges are offset from these multiples by half a pixel: to copy Landsat pixels exactly, choose a Landsat file as the grid.</source>
<translation>Assets, deren Pixel mit denen der Ausgabe zusammenfallen, werden unverändert kopiert. Alle anderen Assets werden abgetastet oder, wenn keine Abtastmethode gewählt ist, abgelehnt. Die Ausdehnung wird vergrößert, bis ihre Ränder auf ganzen Vielfachen der Pixelgröße liegen. Die Pixelränder von Landsat sind gegen diese Vielfachen um ein halbes Pixel versetzt: Um Landsat-Pixel unverändert zu kopieren, wählen Sie eine Landsat-Datei als Gitter.</translation>
</message>
<message>
<source>If scenes have different offsets, such as Sentinel-2 before and after 2022, a whole number is added to the pixels of each scene so that all scenes have the lowest of these offsets. Check the share of values below zero in the table of items: a large share means that the catalogue states an offset that was already applied to the pixels.</source>
<translation>Haben Szenen unterschiedlichen Versatz, wie Sentinel-2 vor und nach 2022, wird zu den Pixeln jeder Szene eine ganze Zahl addiert, sodass alle Szenen den niedrigsten dieser Versätze haben. Prüfen Sie in der Tabelle der Items den Anteil der Werte unter null: Ein großer Anteil bedeutet, dass der Katalog einen Versatz angibt, der auf die Pixel bereits angewendet wurde.</translation>
</message>
<message>
<source>Requests that fail with a temporary error are retried. After any other error, the run ends or the scene is left out; the message names the item, the asset, the server and the status of the server's response. Interrupted runs can be resumed.</source>
<translation>Anfragen, die an einem vorübergehenden Fehler scheitern, werden wiederholt. Nach jedem anderen Fehler endet der Lauf, oder die Szene wird ausgelassen; die Meldung nennt das Item, das Asset, den Server und den Status seiner Antwort. Unterbrochene Läufe können fortgesetzt werden.</translation>
</message>
<message>
<source>The output folder also contains scenes.json (an input of "Temporal composite"), the table of items (scenes.csv), and stack.vrt with the bands of all scenes. In QGIS, the temporal controller can show each layer at the acquisition time of its scene.</source>
<translation>Das Ausgabeverzeichnis enthält auch scenes.json (eine Eingabe für „Zeitliches Komposit“), die Tabelle der Items (scenes.csv) und stack.vrt mit den Kanälen aller Szenen. In QGIS kann die Zeitsteuerung jeden Layer zur Zeit seiner Szene anzeigen.</translation>
</message>
<message>
<source>To write the red and near-infrared bands and the scene classification of Sentinel-2 scenes from Earth Search, set the assets to red,nir and the mask asset to scl, and choose the extent.</source>
<translation>Um die Kanäle Rot und nahes Infrarot und die Szenenklassifikation von Sentinel-2-Szenen aus Earth Search zu schreiben, setzen Sie die Assets auf red,nir und das Maskenasset auf scl, und wählen Sie die Ausdehnung.</translation>
</message>
<message>
<source>JSON file with an ItemCollection of STAC 1.0 or 1.1, such as the output of "Search a STAC catalogue".</source>
<translation>JSON-Datei mit einer ItemCollection von STAC 1.0 oder 1.1, etwa die Ausgabe von „STAC-Katalog durchsuchen“.</translation>
</message>
<message>
<source>Assets in the order of the output bands, separated by commas: keys such as B04, or band names such as red. For the second band of the asset visual, enter visual@2.</source>
<translation>Assets in der Reihenfolge der Kanäle der Ausgabe, durch Kommas getrennt: Schlüssel wie B04 oder Namen von Kanälen wie red. Für den zweiten Kanal des Assets visual geben Sie visual@2 ein.</translation>
</message>
<message>
<source>Asset with classes or quality bits, such as scl or qa_pixel. It is written to a separate file next to each scene, with nearest-neighbour resampling.</source>
<translation>Asset mit Klassen oder Qualitätsbits, etwa scl oder qa_pixel. Es wird in eine eigene Datei neben jeder Szene geschrieben, mit dem jeweils nächsten Pixel.</translation>
</message>
<message>
<source>Extent of the output rasters. Required unless a grid is chosen.</source>
<translation>Ausdehnung der Ausgaberaster. Erforderlich, wenn kein Gitter gewählt ist.</translation>
</message>
<message>
<source>Raster whose grid is used unchanged for the output. Specify either a grid or an extent.</source>
<translation>Raster, dessen Gitter die Ausgabe genau übernimmt. Geben Sie entweder ein Gitter oder eine Ausdehnung an.</translation>
</message>
<message>
<source>CRS of the output rasters. If empty, the most common CRS of the items is used.</source>
<translation>KBS der Ausgaberaster. Wenn leer, wird das KBS der meisten Items verwendet.</translation>
</message>
<message>
<source>Width and height of a pixel in map units. If empty, the smallest pixel size of the assets is used.</source>
<translation>Breite und Höhe eines Pixels in Karteneinheiten. Wenn leer, wird die kleinste Pixelgröße der Assets verwendet.</translation>
</message>
<message>
<source>Resampling method for assets whose pixels do not coincide with the output's pixels. Nodata pixels are left out of the interpolation.</source>
<translation>Abtastmethode für Assets, deren Pixel nicht mit denen der Ausgabe zusammenfallen. Pixel mit Leerwert werden bei der Interpolation ausgelassen.</translation>
</message>
<message>
<source>Whether each item becomes a separate raster, or all items of a day are combined into one raster. A solar day ends at midnight, local solar time, at the centre of the output.</source>
<translation>Ob aus jedem Item ein eigenes Raster wird oder alle Items eines Tages zu einem Raster zusammengefügt werden. Ein Sonnentag endet um Mitternacht der Sonnenzeit in der Mitte der Ausgabe.</translation>
</message>
<message>
<source>What to do with several items of the same satellite, tile and time (to the second). The most recently processed version is the item with the highest processing baseline or, if several items have this baseline, the item with the latest update.</source>
<translation>Was mit mehreren Items desselben Satelliten, derselben Kachel und derselben Zeit (auf die Sekunde) geschieht. Die zuletzt prozessierte Fassung ist das Item mit der höchsten Prozessierungsversion (processing baseline) oder, wenn mehrere Items diese Version haben, das Item mit der jüngsten Aktualisierung.</translation>
</message>
<message>
<source>Scale and offset of the output rasters. If the values in the catalogue are used and the scenes have different offsets, whole numbers are added to the pixels so that all scenes have the same offset.</source>
<translation>Skalierung und Versatz der Ausgaberaster. Werden die Werte des Katalogs verwendet und haben die Szenen verschiedene Versätze, werden zu den Pixeln ganze Zahlen addiert, sodass alle Szenen denselben Versatz haben.</translation>
</message>
<message>
<source>Value that marks missing pixels in all assets. If empty, the value that the assets declare is used; if none is declared, 0 is used for Sentinel-2 and Landsat. If the assets have no common nodata value, an internal mask marks the valid pixels of integer outputs, and missing pixels of float outputs are NaN.</source>
<translation>Wert, der fehlende Pixel in allen Assets kennzeichnet. Wenn leer, wird der Wert verwendet, den die Assets angeben; ist keiner angegeben, 0 für Sentinel-2 und Landsat. Haben die Assets keinen gemeinsamen Leerwert, kennzeichnet bei ganzzahligen Ausgaben eine interne Maske die gültigen Pixel, und bei Gleitkommaausgaben sind fehlende Pixel NaN.</translation>
</message>
<message>
<source>If the output has larger pixels than an asset, reads the asset's coarsest overview whose pixels are not larger than the output's pixels. This is faster than reading at full resolution. Masks are always read at full resolution.</source>
<translation>Liest, wenn die Ausgabe größere Pixel als ein Asset hat, die gröbste Übersicht des Assets, deren Pixel nicht größer als die der Ausgabe sind. Das ist schneller als das Lesen in voller Auflösung. Masken werden immer in voller Auflösung gelesen.</translation>
</message>
<message>
<source>Whether URLs are used unchanged or first signed by a service. The Planetary Computer requires signed URLs.</source>
<translation>Ob URLs unverändert verwendet oder erst von einem Dienst signiert werden. Planetary Computer verlangt signierte URLs.</translation>
</message>
<message>
<source>URL of the signing service. The URL to sign is sent in the query parameter "href". The default is the signing service of the Planetary Computer.</source>
<translation>URL des Signaturdienstes. Der Dienst erhält die URL, die er signieren soll, als Anfrageparameter „href“. Vorgabe ist der Dienst von Planetary Computer.</translation>
</message>
<message>
<source>Maximum number of retries of a request that fails with status 408, 429, or 500 and above. Delays increase from one attempt to the next.</source>
<translation>Wie oft eine Anfrage, die mit Status 408, 429 oder ab 500 fehlschlägt, höchstens wiederholt wird. Die Pausen werden von Versuch zu Versuch länger.</translation>
</message>
<message>
<source>Maximum number of files that are read at once.</source>
<translation>Größte Zahl der Dateien, die gleichzeitig gelesen werden.</translation>
</message>
<message>
<source>Whether the run ends if a scene cannot be read, or continues without the scene and lists it in the table of items.</source>
<translation>Ob der Lauf endet, wenn eine Szene nicht gelesen werden kann, oder ohne die Szene weiterläuft und sie in der Tabelle der Items aufführt.</translation>
</message>
<message>
<source>Keeps the scenes that an interrupted run with the same items and parameters completed, and reads only the remaining scenes.</source>
<translation>Behält die Szenen, die ein unterbrochener Lauf mit denselben Items und Parametern fertiggestellt hat, und liest nur die übrigen Szenen.</translation>
</message>
<message>
<source>Folder for the rasters. The scenes of an earlier run are replaced when all new scenes are complete.</source>
<translation>Verzeichnis für die Raster. Die Szenen eines früheren Laufs werden ersetzt, wenn alle neuen Szenen vollständig sind.</translation>
</message>
<message>
<source>Combines the scenes of each month, season or other period into one raster without clouds. For example, each pixel can be the median of its cloud-free observations.</source>
<translation>Verbindet die Szenen jedes Monats, jeder Jahreszeit oder eines anderen Zeitraums zu einem Raster ohne Wolken. Jedes Pixel kann zum Beispiel der Median seiner wolkenfreien Beobachtungen sein.</translation>
</message>
<message>
<source>A scene is one acquisition of a sensor. Files whose names differ only in the band belong to the same scene. The date of a scene is taken from the first of these sources that contains a date: the list of scenes, the table of dates, the regular expression, the name of a known product (Sentinel-1 and -2, Landsat, HLS, MODIS, VIIRS, PlanetScope, ASTER), any other file name that contains only one date, or (with a warning) the date in a TIFF tag. If no date is found for a file, or if it is unclear which of several dates in its name applies, the run ends with an error. The time at which a file was last changed is never used.</source>
<translation>Eine Szene ist eine Aufnahme eines Sensors. Dateien, deren Namen sich nur im Kanal unterscheiden, gehören zur selben Szene. Das Datum einer Szene stammt aus der ersten dieser Quellen, die ein Datum enthält: die Szenenliste, die Tabelle der Daten, der reguläre Ausdruck, der Name eines bekannten Produkts (Sentinel-1 und -2, Landsat, HLS, MODIS, VIIRS, PlanetScope, ASTER), jeder andere Dateiname, der nur ein Datum enthält, oder (mit einer Warnung) das Datum in einem TIFF-Tag. Wenn für eine Datei kein Datum gefunden wird oder unklar ist, welches von mehreren Daten in ihrem Namen gilt, endet der Lauf mit einem Fehler. Der Zeitpunkt, zu dem eine Datei zuletzt geändert wurde, wird nie verwendet.</translation>
</message>
<message>
<source>Clouds are masked out with the mask band or the mask files. All other valid pixels are observations. By default, all scenes of one solar day are fused into one observation: each pixel takes its value from the earliest scene in which it is valid. If you set neither mask values nor mask bits, the default rule of the product is used; for Sentinel-2's SCL, it hides the classes 0, 1, 3 and 8 to 10.</source>
<translation>Der Maskenkanal oder die Maskendateien blenden Wolken aus. Alle anderen gültigen Pixel sind Beobachtungen. Standardmäßig werden alle Szenen eines Sonnentags zu einer Beobachtung vereinigt: Jedes Pixel erhält seinen Wert aus der frühesten Szene, in der es gültig ist. Wenn Sie weder Werte noch Bits der Maske angeben, gilt die Standardregel des Produkts; bei SCL von Sentinel-2 blendet sie die Klassen 0, 1, 3 und 8 bis 10 aus.</translation>
</message>
<message>
<source>Most methods combine each band separately. "First valid", "Last valid", "Medoid" and "Best scene" choose one scene for each pixel and take all bands from this scene. They use only scenes in which all bands of the pixel are valid. If several scenes are equally good, they choose the earliest of them. The median of an even number of values is the mean of the two middle values. Percentiles are interpolated linearly.</source>
<translation>Die meisten Methoden verbinden jeden Kanal für sich. „Erster gültiger Wert“, „Letzter gültiger Wert“, „Medoid“ und „Beste Szene“ wählen für jedes Pixel eine Szene und nehmen alle Kanäle aus dieser Szene. Sie verwenden nur Szenen, in denen alle Kanäle des Pixels gültig sind. Sind mehrere Szenen gleich gut, wählen sie die früheste davon. Bei einer geraden Anzahl von Werten ist der Median der Mittelwert der beiden mittleren Werte. Perzentile werden linear interpoliert.</translation>
</message>
<message>
<source>Minimum, maximum and the methods that choose a scene keep the data type of the scenes. Medians, means, percentiles and standard deviations are Float32 if the scenes are Float32 or 8- or 16-bit integers; otherwise, they are Float64. If all scenes have the same scale and offset, the output keeps them. If the scenes differ, scale and offset are applied to the values, and the log reports this.</source>
<translation>Minimum, Maximum und die Methoden, die eine Szene wählen, behalten den Datentyp der Szenen. Mediane, Mittelwerte, Perzentile und Standardabweichungen sind Float32, wenn die Szenen Float32 oder ganze Zahlen mit 8 oder 16 Bit sind; andernfalls sind sie Float64. Wenn alle Szenen dieselbe Skalierung und denselben Versatz haben, behält die Ausgabe sie bei. Wenn sich die Szenen darin unterscheiden, werden Skalierung und Versatz auf die Werte angewendet, und das Protokoll nennt dies.</translation>
</message>
<message>
<source>The output folder contains a raster for each period, rasters with the number of observations of each pixel, and the table scenes.csv with the date, the period and the share of valid and masked pixels of each scene. The files appear together when all of them are complete and verified. In QGIS, if the temporal controller is on, each layer is visible only during its period.</source>
<translation>Das Ausgabeverzeichnis enthält ein Raster für jeden Zeitraum, Raster mit der Anzahl der Beobachtungen jedes Pixels und die Tabelle scenes.csv mit dem Datum, dem Zeitraum und den Anteilen gültiger und maskierter Pixel jeder Szene. Die Dateien erscheinen gemeinsam, wenn alle vollständig und geprüft sind. In QGIS ist jeder Layer nur in seinem Zeitraum sichtbar, wenn die Zeitsteuerung eingeschaltet ist.</translation>
</message>
<message>
<source>To compute monthly medians from a folder of Sentinel-2 scenes, choose the input folder, set the bands to B02,B03,B04,B08, and set the mask band to SCL. The median for May 2024 is written to median_2024-05.tif.</source>
<translation>Um monatliche Mediane aus einem Verzeichnis mit Sentinel-2-Szenen zu berechnen, wählen Sie das Eingabeverzeichnis, setzen Sie die Kanäle auf B02,B03,B04,B08 und den Maskenkanal auf SCL. Der Median für Mai 2024 wird in die Datei median_2024-05.tif geschrieben.</translation>
</message>
<message>
<source>Which scale and offset the scenes have: those stored in the bands or in the list of scenes, none, or those entered below. If scale or offset differs between scenes, or if a formula or the medoid is computed, both are applied to the values.</source>
<translation>Welche Skalierung und welchen Versatz die Szenen haben: die in den Kanälen oder in der Szenenliste gespeicherten, keine oder die unten eingegebenen. Wenn sich Skalierung oder Versatz zwischen Szenen unterscheidet oder wenn eine Formel oder der Medoid berechnet wird, werden beide auf die Werte angewendet.</translation>
</message>
<message>
<source>Files of the scenes. Specify either this list, an input folder or a list of scenes.</source>
<translation>Dateien der Szenen. Geben Sie entweder diese Liste, ein Eingabeverzeichnis oder eine Szenenliste an.</translation>
</message>
<message>
<source>A scenes.json file (a list of scenes with their dates, mask layers, scales and offsets), or the result of "Search a STAC catalogue". For STAC items, each asset is used as a band.</source>
<translation>Eine Datei scenes.json, die Szenen mit ihren Daten, Maskenlayern, Skalierungen und Versätzen auflistet, oder das Ergebnis von „STAC-Katalog durchsuchen“. Bei STAC-Items wird jedes Asset als Kanal verwendet.</translation>
</message>
<message>
<source>Reads the assets of STAC items from servers. Requests that fail are retried up to four times. If off, items with assets on servers are rejected, and the network is not used.</source>
<translation>Liest die Assets von STAC-Items von Servern. Fehlgeschlagene Anfragen werden bis zu viermal wiederholt. Wenn ausgeschaltet, werden Items abgelehnt, deren Assets auf Servern liegen, und das Netzwerk wird nicht verwendet.</translation>
</message>
<message>
<source>Date or time in UTC of the earliest scene to use, for example 2024-03-01 or 2024-03-01T10:00. If empty, there is no limit.</source>
<translation>Datum oder Zeit in UTC der frühesten Szene, die verwendet wird, zum Beispiel 2024-03-01 oder 2024-03-01T10:00. Wenn leer, gibt es keine Grenze.</translation>
</message>
<message>
<source>Date or time in UTC of the latest scene to use. A date includes the whole day. If empty, there is no limit.</source>
<translation>Datum oder Zeit in UTC der spätesten Szene, die verwendet wird. Ein Datum schließt den ganzen Tag ein. Wenn leer, gibt es keine Grenze.</translation>
</message>
<message>
<source>Period of time that each output covers. December belongs to the winter of the next year. Dekads begin on days 1, 11 and 21 of a month. A solar day ends at midnight, local solar time, at the centre of the output. Start and end select scenes by their time in UTC, so the first and last solar day can lack scenes.</source>
<translation>Zeitraum, den jede Ausgabe umfasst. Der Dezember gehört zum Winter des nächsten Jahres. Dekaden beginnen am 1., 11. und 21. Tag eines Monats. Ein Sonnentag endet um Mitternacht der Sonnenzeit in der Mitte der Ausgabe. Beginn und Ende wählen Szenen nach ihrer Zeit in UTC aus, deshalb können dem ersten und letzten Sonnentag Szenen fehlen.</translation>
</message>
<message>
<source>How the observations of a pixel are combined. The medoid is the observation whose band values have the smallest sum of distances to the band values of all other observations.</source>
<translation>Wie die Beobachtungen eines Pixels verbunden werden. Der Medoid ist die Beobachtung, deren Kanalwerte die kleinste Summe der Abstände zu denen aller anderen Beobachtungen haben.</translation>
</message>
<message>
<source>Bands to combine, separated by commas: numbers, or names from file names and band descriptions, for example B04,B08. For STAC items, enter keys or common names of assets, for example red,nir. If empty, all bands except the mask band are combined.</source>
<translation>Kanäle, die verbunden werden, durch Kommas getrennt: Nummern oder Namen aus Dateinamen und Kanalbeschreibungen, zum Beispiel B04,B08. Bei STAC-Items geben Sie Schlüssel oder gebräuchliche Namen von Assets an, zum Beispiel red,nir. Wenn leer, werden alle Kanäle außer dem Maskenkanal verbunden.</translation>
</message>
<message>
<source>Number or name of the band whose values hide pixels in each scene, for example SCL. This band can have a different resolution from the other bands. If empty, masks are read from the files given by "File name of a scene's mask" or by the list of scenes, if any.</source>
<translation>Nummer oder Name des Kanals jeder Szene, dessen Werte Pixel ausblenden, zum Beispiel SCL. Dieser Kanal kann eine andere Auflösung haben als die anderen Kanäle. Wenn leer, werden Masken aus den Dateien gelesen, die „Dateiname der Maske einer Szene“ oder die Szenenliste angibt, falls vorhanden.</translation>
</message>
<message>
<source>Mask values and ranges of values that hide a pixel, separated by commas. If empty, the default rule of the product is used. For Sentinel-2's SCL, this is 0,1,3,8-10.</source>
<translation>Werte und Wertebereiche der Maske, die ein Pixel ausblenden, durch Kommas getrennt. Wenn leer, gilt die Standardregel des Produkts. Bei SCL von Sentinel-2 ist sie 0,1,3,8-10.</translation>
</message>
<message>
<source>Extent of the outputs. Its edges are moved outward to pixel edges. If empty, the outputs cover all scenes.</source>
<translation>Ausdehnung der Ausgaben. Ihre Kanten werden nach außen auf Pixelkanten verschoben. Wenn leer, decken die Ausgaben alle Szenen ab.</translation>
</message>
<message>
<source>Number of the overview that is read from each file, for a quick preview; 0 is the first and largest overview. The outputs have the grid of the overviews, and masks are read at full resolution. -1 uses full resolution, which is the only choice for STAC items.</source>
<translation>Nummer der Übersicht, die für eine schnelle Vorschau aus jeder Datei gelesen wird; 0 ist die erste und größte Übersicht. Die Ausgaben haben das Gitter der Übersichten, und Masken werden in voller Auflösung gelesen. -1 verwendet die volle Auflösung; bei STAC-Items ist nur diese Einstellung möglich.</translation>
</message>
<message>
<source>Python regular expression for file names that are not recognized automatically. It is searched for in each file name. It can have the named groups "date", "band" and "scene". Instead of "date", you can use the groups "year", "month" and "day", or "year" and "doy" (day of the year).</source>
<translation>Regulärer Ausdruck in der Syntax von Python für Dateinamen, die nicht automatisch erkannt werden. Er wird in jedem Dateinamen gesucht. Er kann die benannten Gruppen „date“, „band“ und „scene“ enthalten. Statt „date“ können Sie die Gruppen „year“, „month“ und „day“ oder „year“ und „doy“ (Tag des Jahres) verwenden.</translation>
</message>
<message>
<source>CSV file with two columns, "file" and "datetime". Use it if the file names do not contain the dates.</source>
<translation>CSV-Datei mit zwei Spalten, „file“ und „datetime“. Zu verwenden, wenn die Dateinamen das Datum nicht enthalten.</translation>
</message>
<message>
<source>Combines the same period across all years into one output, for example all Januaries. Available for seasons, months, dekads and weeks.</source>
<translation>Verbindet denselben Zeitraum aller Jahre zu einer Ausgabe, zum Beispiel alle Januare. Möglich für Jahreszeiten, Monate, Dekaden und Wochen.</translation>
</message>
<message>
<source>Whether periods without a scene are left out, or written as rasters in which all pixels are nodata.</source>
<translation>Ob Zeiträume ohne Szene ausgelassen oder als Raster geschrieben werden, in denen alle Pixel Leerwerte sind.</translation>
</message>
<message>
<source>Fuses the scenes of one solar day, such as overlapping scenes of one orbit, into one observation: each pixel takes its value from the earliest scene in which it is valid. Ignored for the period "Each scene".</source>
<translation>Vereinigt die Szenen eines Sonnentags, zum Beispiel überlappende Szenen eines Umlaufs, zu einer Beobachtung: Jedes Pixel erhält seinen Wert aus der frühesten Szene, in der es gültig ist. Ohne Wirkung beim Zeitraum „Jede Szene“.</translation>
</message>
<message>
<source>Name of the file with the mask layer of a scene, in the folder of the scene. {scene} stands for the name of the scene, which is the file name without the band and the extension. Mask files are not used as scenes.</source>
<translation>Name der Datei mit dem Maskenlayer einer Szene im Verzeichnis der Szene. {scene} steht für den Namen der Szene, also den Dateinamen ohne den Kanal und die Endung. Maskendateien werden nicht als Szenen verwendet.</translation>
</message>
<message>
<source>Whether the bands of the scenes are combined, or the results of the formula for each scene. For example, "Median" with the NDVI formula computes the median of all NDVI values, which differs from the NDVI of the median bands.</source>
<translation>Ob die Kanäle der Szenen verbunden werden oder die Ergebnisse der Formel für jede Szene. Zum Beispiel berechnet „Median“ mit der Formel des NDVI den Median aller NDVI-Werte, der sich vom NDVI der Mediane der Kanäle unterscheidet.</translation>
</message>
<message>
<source>Formula with the syntax of "Parallel raster calculator". A stands for the scene: A@4 is its fourth band, and A["B08"] is its band B08. If "Values to combine" is "Formula", the results of the formula are combined. The method "Best scene" chooses the scene with the highest result. Scale and offset are applied to the bands before the formula is computed.</source>
<translation>Formel mit der Syntax von „Paralleler Rasterrechner“. A steht für die Szene: A@4 ist ihr vierter Kanal und A["B08"] ihr Kanal B08. Wenn „Werte, die verbunden werden“ auf „Formel“ steht, werden die Ergebnisse der Formel verbunden. Die Methode „Beste Szene“ wählt die Szene mit dem höchsten Ergebnis. Skalierung und Versatz werden auf die Kanäle angewendet, bevor die Formel berechnet wird.</translation>
</message>
<message>
<source>Percentile to compute, from 0 to 100. 0 is the minimum, 50 the median and 100 the maximum.</source>
<translation>Perzentil, das berechnet wird, von 0 bis 100. 0 ist das Minimum, 50 der Median und 100 das Maximum.</translation>
</message>
<message>
<source>Pixels with fewer observations than this number in a period are nodata. Has no effect on counts, which are 0 for pixels without an observation.</source>
<translation>Pixel, die in einem Zeitraum weniger Beobachtungen haben als hier angegeben, werden zu Leerwerten. Wirkt sich nicht auf Anzahlen aus; diese sind 0 bei Pixeln ohne Beobachtung.</translation>
</message>
<message>
<source>Pixel size of the outputs if the pixel sizes of the files differ. Every choice except "Same pixel size in all rasters (reject different sizes)" requires a resampling method.</source>
<translation>Pixelgröße der Ausgaben, wenn sich die Pixelgrößen der Dateien unterscheiden. Jede Auswahl außer „Gleiche Pixelgröße in allen Rastern (abweichende Größen ablehnen)“ erfordert eine Abtastmethode.</translation>
</message>
<message>
<source>Method for resampling files to the grid and CRS of the earliest scene. Pixels that the mask hides are left out before values are interpolated.</source>
<translation>Methode, mit der Dateien auf das Gitter und das KBS der zeitlich ersten Szene umgerechnet werden. Pixel, die die Maske ausblendet, werden weggelassen, bevor Werte interpoliert werden.</translation>
</message>
<message>
<source>Data type of the outputs. If it cannot represent a value that a method takes unchanged from a scene, the run ends with an error. Computed values that an integer type cannot hold become nodata; the log reports their number.</source>
<translation>Datentyp der Ausgaben. Kann er einen Wert nicht darstellen, den eine Methode unverändert aus einer Szene übernimmt, endet der Lauf mit einem Fehler. Berechnete Werte, die ein Ganzzahltyp nicht aufnehmen kann, werden zu Leerwerten; das Protokoll nennt ihre Anzahl.</translation>
</message>
<message>
<source>Value that marks pixels without a result. If empty, outputs with the data type of the scenes keep the nodata value of the scenes, provided that all scenes have the same nodata value. In all other cases, the value is -9999 for floating-point types, the lowest value of signed integer types and the highest value of unsigned integer types.</source>
<translation>Wert, der Pixel ohne Ergebnis kennzeichnet. Wenn leer, behalten Ausgaben mit dem Datentyp der Szenen den Leerwert der Szenen, sofern alle Szenen denselben Leerwert haben. In allen anderen Fällen gilt: -9999 bei Gleitkommatypen, der kleinste Wert bei ganzzahligen Typen mit Vorzeichen und der größte bei solchen ohne Vorzeichen.</translation>
</message>
<message>
<source>One file for each period, or one file with the bands of all periods, one period after another.</source>
<translation>Eine Datei für jeden Zeitraum oder eine Datei mit den Kanälen aller Zeiträume, ein Zeitraum nach dem anderen.</translation>
</message>
<message>
<source>For each output, also writes a raster with the number of observations of each pixel. The name of this raster ends in _count.tif.</source>
<translation>Schreibt zu jeder Ausgabe auch ein Raster mit der Anzahl der Beobachtungen jedes Pixels. Der Name dieses Rasters endet auf _count.tif.</translation>
</message>
<message>
<source>For each output, also writes a raster with the day of the scene chosen for each pixel, in days since 1970-01-01. The name of this raster ends in _date.tif. Available for "First valid", "Last valid", "Medoid" and "Best scene".</source>
<translation>Schreibt zu jeder Ausgabe auch ein Raster, das für jedes Pixel den Tag der ausgewählten Szene enthält, in Tagen seit 1970-01-01. Der Name dieses Rasters endet auf _date.tif. Möglich für „Erster gültiger Wert“, „Letzter gültiger Wert“, „Medoid“ und „Beste Szene“.</translation>
</message>
<message>
<source>Folder for the outputs. The folder must not contain input scenes. Existing files with the same names are replaced.</source>
<translation>Verzeichnis für die Ausgaben. Das Verzeichnis darf keine Eingabeszenen enthalten. Vorhandene Dateien mit denselben Namen werden ersetzt.</translation>
</message>
<message>
<source>Splits a raster into GeoTIFF tiles by columns and rows, by tile size in pixels or map units, or by polygons (one tile per polygon), on all CPU cores.</source>
<translation>Teilt ein Raster auf allen CPU-Kernen in GeoTIFF-Kacheln auf: nach Spalten und Zeilen, nach Kachelgröße in Pixeln oder Karteneinheiten oder nach Polygonen (eine Kachel je Polygon).</translation>
</message>
<message>
<source>A tile consists of a core and, if you set an overlap, pixels of the neighbouring tiles around the core. If you split the raster by columns and rows or by tile size, every pixel of the raster is in exactly one core. The only exception is "Drop the last tile", which leaves out pixels at the edges of the raster.</source>
<translation>Eine Kachel besteht aus einem Kern und, wenn Sie eine Überlappung angeben, aus Pixeln der Nachbarkacheln rund um den Kern. Wenn Sie das Raster nach Spalten und Zeilen oder nach Kachelgröße aufteilen, liegt jedes Pixel des Rasters in genau einem Kern. Die einzige Ausnahme ist „Letzte Kachel weglassen“: Damit werden Pixel an den Rändern des Rasters ausgelassen.</translation>
</message>
<message>
<source>Tiles keep the data type, nodata value, scale, offset, unit, description, colours, mask or alpha band, metadata and CRS of the input. The log lists properties that a GeoTIFF cannot store. Creation options that you do not set are taken from the input if it is a tiled GeoTIFF without lossy compression.</source>
<translation>Kacheln behalten Datentyp, Leerwert, Skalierung, Versatz, Einheit, Beschreibung, Farben, Maske oder Alphakanal, Metadaten und KBS der Eingabe. Das Protokoll nennt Eigenschaften, die ein GeoTIFF nicht speichern kann. Nicht angegebene Erzeugungsoptionen werden von der Eingabe übernommen, wenn sie ein gekacheltes GeoTIFF ohne verlustbehaftete Kompression ist.</translation>
</message>
<message>
<source>The output folder contains the tiles, the list of tiles (tiles.json) and, unless GDAL would misread it, a virtual mosaic of the tile cores. An older set of tiles in the folder is replaced only when the new set is complete; other files are never changed. A run that fails or is cancelled leaves the existing files in the folder unchanged. Select "Resume an unfinished run" to continue an interrupted run.</source>
<translation>Das Ausgabeverzeichnis enthält die Kacheln, die Liste der Kacheln (tiles.json) und, sofern GDAL es richtig liest, ein virtuelles Mosaik der Kerne der Kacheln. Ein älterer Kachelsatz im Verzeichnis wird erst ersetzt, wenn der neue vollständig ist; andere Dateien werden nie verändert. Ein Lauf, der fehlschlägt oder abgebrochen wird, lässt die vorhandenen Dateien im Verzeichnis unverändert. Mit „Unvollendeten Lauf fortsetzen“ setzen Sie einen unterbrochenen Lauf fort.</translation>
</message>
<message>
<source>A pixel is valid if at least one of its bands has a finite value that is not nodata, and if no mask or alpha band hides the pixel.</source>
<translation>Ein Pixel ist gültig, wenn mindestens einer seiner Kanäle einen endlichen Wert hat, der kein Leerwert ist, und weder eine Maske noch ein Alphakanal das Pixel ausblendet.</translation>
</message>
<message>
<source>Split a raster of 10,980 x 10,980 pixels into tiles of 2048 x 2048 pixels with an overlap of 32 pixels. A filter applied to the tiles then finds the neighbouring pixels that it needs at the tile edges. "Merge tiles" trims the overlap.</source>
<translation>Teilen Sie ein Raster von 10.980 x 10.980 Pixeln in Kacheln von 2048 x 2048 Pixeln mit einer Überlappung von 32 Pixeln auf. Ein Filter, den Sie auf die Kacheln anwenden, findet dann an den Kachelrändern die Nachbarpixel, die er braucht. „Kacheln zusammenführen“ schneidet die Überlappung ab.</translation>
</message>
<message>
<source>GDAL creation options of the tiles, for example COMPRESS=ZSTD. Options that you do not set are taken from the input if it is a tiled GeoTIFF without lossy compression; otherwise the tiles have blocks of 512 x 512 pixels, DEFLATE compression and a suitable predictor.</source>
<translation>GDAL-Erzeugungsoptionen der Kacheln, zum Beispiel COMPRESS=ZSTD. Nicht angegebene Optionen werden von der Eingabe übernommen, wenn sie ein gekacheltes GeoTIFF ohne verlustbehaftete Kompression ist; sonst haben die Kacheln Blöcke von 512 x 512 Pixeln, DEFLATE-Kompression und einen passenden Prädiktor.</translation>
</message>
<message>
<source>How tiles are laid out. Parameters of the other layouts are ignored.</source>
<translation>Wie die Kacheln angeordnet werden. Parameter der anderen Anordnungen werden ignoriert.</translation>
</message>
<message>
<source>Number of columns of tiles. Used only with "Columns and rows". The widths of the tiles differ by at most one pixel.</source>
<translation>Anzahl der Kachelspalten. Wird nur bei der Aufteilung „Spalten und Zeilen“ verwendet. Die Breiten der Kacheln unterscheiden sich um höchstens ein Pixel.</translation>
</message>
<message>
<source>Number of rows of tiles. Used only with "Columns and rows". The heights of the tiles differ by at most one pixel.</source>
<translation>Anzahl der Kachelzeilen. Wird nur bei der Aufteilung „Spalten und Zeilen“ verwendet. Die Höhen der Kacheln unterscheiden sich um höchstens ein Pixel.</translation>
</message>
<message>
<source>Width of a tile in pixels or map units, depending on "Tiling". A width in map units is rounded to a whole number of pixels.</source>
<translation>Breite einer Kachel in Pixeln oder Karteneinheiten, je nach „Art der Aufteilung“. Eine Breite in Karteneinheiten wird auf ganze Pixel gerundet.</translation>
</message>
<message>
<source>Height of a tile in pixels or map units, depending on "Tiling". A height in map units is rounded to a whole number of pixels.</source>
<translation>Höhe einer Kachel in Pixeln oder Karteneinheiten, je nach „Art der Aufteilung“. Eine Höhe in Karteneinheiten wird auf ganze Pixel gerundet.</translation>
</message>
<message>
<source>For each polygon, one tile is written. It covers the bounding box of the polygon and is nodata outside the polygon.</source>
<translation>Für jedes Polygon wird eine Kachel geschrieben. Sie deckt den Umgrenzungsrahmen des Polygons ab und enthält außerhalb des Polygons Leerwerte.</translation>
</message>
<message>
<source>Field whose values name the tiles. Feature IDs are used if no field is set, and for polygons without a value.</source>
<translation>Feld, dessen Werte die Kacheln benennen. Ohne Feld und für Polygone ohne Wert werden die Objektkennungen verwendet.</translation>
</message>
<message>
<source>Number of pixels that are added from the neighbouring tiles on each side of a tile. Nothing is added beyond the edge of the raster or, if you set an extent, beyond the edge of the extent. Filters need these pixels at the edges of the tiles.</source>
<translation>Anzahl der Pixel, die aus den Nachbarkacheln auf jeder Seite einer Kachel hinzugefügt werden. Über den Rand des Rasters oder, wenn Sie eine Ausdehnung angeben, über den Rand der Ausdehnung hinaus wird nichts hinzugefügt. Filter brauchen diese Pixel an den Rändern der Kacheln.</translation>
</message>
<message>
<source>What to do with the last tiles if the width or height of the raster, or of the extent if you set one, is not a multiple of the tile size.</source>
<translation>Was mit den letzten Kacheln geschieht, wenn die Breite oder Höhe des Rasters oder, wenn Sie eine Ausdehnung angeben, der Ausdehnung kein Vielfaches der Kachelgröße ist.</translation>
</message>
<message>
<source>Position of the tile edges. By default, the first tile begins at the upper left corner of the raster or, if you set an extent, of the extent. With "CRS coordinates that are multiples of the tile size", rasters in the same CRS that are split with the same tile size have the same tile edges.</source>
<translation>Lage der Kachelränder. Standardmäßig beginnt die erste Kachel in der linken oberen Ecke des Rasters oder, wenn Sie eine Ausdehnung angeben, der Ausdehnung. Mit „KBS-Koordinaten, die Vielfache der Kachelgröße sind“ haben Raster im selben KBS, die mit derselben Kachelgröße aufgeteilt werden, dieselben Kachelränder.</translation>
</message>
<message>
<source>Tiles without any valid pixels are not written.</source>
<translation>Kacheln ohne gültige Pixel werden nicht geschrieben.</translation>
</message>
<message>
<source>Tiles whose percentage of valid pixels is below this value are not written. 0 keeps all tiles.</source>
<translation>Kacheln, deren Anteil gültiger Pixel in Prozent unter diesem Wert liegt, werden nicht geschrieben. 0 behält alle Kacheln.</translation>
</message>
<message>
<source>{name} is the name of the input raster. {row} and {col} are the row and column of the tile, counted from 0. If you split the raster by polygons, {id} is the name or feature ID of the polygon; otherwise, it is the sequential number of the tile, counted from 0. {x} and {y} are the coordinates of the upper left corner of the core. All other text is kept. If empty, the template is {name}_{id} for polygons, and {name}_{row}_{col} otherwise.</source>
<translation>{name} ist der Name des Eingaberasters. {row} und {col} sind Zeile und Spalte der Kachel, ab 0 gezählt. Wenn Sie das Raster nach Polygonen aufteilen, ist {id} der Name oder die Objektkennung des Polygons, sonst die laufende Nummer der Kachel, ab 0 gezählt. {x} und {y} sind die Koordinaten der oberen linken Ecke des Kerns. Anderer Text bleibt unverändert. Wenn leer, ist die Vorlage bei Polygonen {name}_{id}, sonst {name}_{row}_{col}.</translation>
</message>
<message>
<source>Keeps the tiles that an unfinished run with the same input and parameters has completed, and writes only the missing tiles.</source>
<translation>Behält die Kacheln, die ein unvollendeter Lauf mit derselben Eingabe und denselben Parametern fertiggestellt hat, und schreibt nur die fehlenden Kacheln.</translation>
</message>
<message>
<source>A run that would write more tiles than this number is rejected. This limit prevents huge numbers of files if you mistype the tile size.</source>
<translation>Ein Lauf, der mehr Kacheln schreiben würde, wird abgelehnt. Diese Grenze verhindert eine riesige Zahl von Dateien, wenn Sie sich bei der Kachelgröße vertippen.</translation>
</message>
<message>
<source>Folder for the tiles, the list of tiles (tiles.json) and a virtual mosaic of the tiles.</source>
<translation>Verzeichnis für die Kacheln, die Liste der Kacheln (tiles.json) und ein virtuelles Mosaik der Kacheln.</translation>
</message>
<message>
<source>Polygon layer with one feature per tile. Its fields contain the tile's file, position, ID and share of valid pixels.</source>
<translation>Polygonlayer mit einem Objekt je Kachel. Die Felder enthalten Datei, Lage, Kennung und Anteil gültiger Pixel der Kachel.</translation>
</message>
<message>
<source>Cuts a raster, or dated scenes, into small images (chips) for training a neural network, with labels from polygons or a class raster, and splits the chips into train, val and test.</source>
<translation>Schneidet ein Raster, oder Szenen mit ihren Daten, in kleine Bilder (Chips) zum Training eines neuronalen Netzes, mit Labels aus Polygonen oder einem Raster der Klassen, und teilt die Chips in train, val und test auf.</translation>
</message>
<message>
<source>Chips are cut on a grid, around points or polygons, or at random positions. They keep the pixel values, the scale and the nodata value of the input. If there are several dates, the bands of a chip are ordered by date.</source>
<translation>Chips werden auf einem Gitter, um Punkte oder Polygone oder an zufälligen Orten geschnitten. Sie behalten die Pixelwerte, die Skalierung und den Leerwert der Eingabe. Bei mehreren Daten sind die Kanäle eines Chips nach dem Datum geordnet.</translation>
</message>
<message>
<source>The map is divided into square blocks, and every block belongs to exactly one split (train, val or test). A chip with pixels in blocks of different splits is left out, so no pixel is in two splits, even if chips overlap. A hash of the block and the seed determines the split, so the split of a chip does not change if you cut more chips.</source>
<translation>Die Karte wird in quadratische Blöcke geteilt, von denen jeder zu genau einem Teil (train, val oder test) gehört. Ein Chip mit Pixeln in Blöcken mehrerer Teile wird ausgelassen. Daher liegt kein Pixel in zwei Teilen, auch wenn sich Chips überlappen. Ein Hash aus dem Block und dem Startwert bestimmt den Teil, sodass sich der Teil eines Chips nicht ändert, wenn Sie mehr Chips schneiden.</translation>
</message>
<message>
<source>Pixels that are missing on all dates have the label code for pixels without data. Where polygons overlap, pixels get the code of the overlapping polygon that comes last in the layer.</source>
<translation>Pixel, die an allen Daten fehlen, haben den Label-Code für Pixel ohne Daten. Wo sich Polygone überlappen, erhalten Pixel den Code desjenigen dieser Polygone, das im Layer als letztes steht.</translation>
</message>
<message>
<source>The folders "images" and "labels" each contain a subfolder for each split. The file chips.json lists all chips with their shares of missing pixels, clouds and classes; statistics.json contains the mean, standard deviation and percentiles of the chips in the train split.</source>
<translation>Die Verzeichnisse „images“ und „labels“ enthalten je ein Unterverzeichnis für jeden Teil. Die Datei chips.json führt alle Chips mit ihren Anteilen fehlender Pixel, Wolken und Klassen auf; statistics.json enthält Mittelwert, Standardabweichung und Perzentile der Chips in train.</translation>
</message>
<message>
<source>To train a neural network that detects wheat, choose a satellite image, a polygon layer of farm fields, and the attribute of this layer that contains the crop. With a size of 256 and the percentages 70,15,15, about 70 % of the chips are written to images/train, and their labels to labels/train.</source>
<translation>Um ein neuronales Netz zu trainieren, das Weizen erkennt, wählen Sie ein Satellitenbild, einen Polygonlayer der Ackerflächen und das Attribut dieses Layers mit der Feldfrucht. Mit der Größe 256 und den Prozentsätzen 70,15,15 werden etwa 70 % der Chips nach images/train und ihre Labels nach labels/train geschrieben.</translation>
</message>
<message>
<source>Raster to cut. Specify either this raster or a list of scenes, but not both. The file is never changed.</source>
<translation>Raster, das zerschnitten wird. Geben Sie entweder dieses Raster oder eine Liste von Szenen an, aber nicht beides. Die Datei wird nie verändert.</translation>
</message>
<message>
<source>A scenes.json file, which lists scenes on one grid with their dates and mask layers. Chips contain the bands of every date.</source>
<translation>Eine Datei scenes.json, die Szenen auf einem Gitter mit ihren Daten und Maskenlayern aufführt. Chips enthalten die Kanäle jedes Datums.</translation>
</message>
<message>
<source>Where chips are cut: on a grid that begins in the upper left corner, around the given features, or at random positions.</source>
<translation>Wo Chips geschnitten werden: auf einem Gitter, das in der linken oberen Ecke beginnt, um die angegebenen Objekte oder an zufälligen Orten.</translation>
</message>
<message>
<source>Points, or polygons whose centroids are used. One chip is written for each feature. Used only with "Centred on points or polygons".</source>
<translation>Punkte, oder Polygone, deren Schwerpunkte verwendet werden. Für jedes Objekt wird ein Chip geschrieben. Nur bei „Um Punkte oder Polygone zentriert“ verwendet.</translation>
</message>
<message>
<source>Number of chips. A higher number adds chips without moving the other chips. Used only with "Random".</source>
<translation>Anzahl der Chips. Eine höhere Anzahl fügt Chips hinzu, ohne die anderen zu verschieben. Nur bei „Zufällig“ verwendet.</translation>
</message>
<message>
<source>Width and height of a chip in pixels.</source>
<translation>Breite und Höhe eines Chips in Pixeln.</translation>
</message>
<message>
<source>Distance in pixels between the left or upper edges of neighbouring chips. 0 stands for the size of a chip. If the distance is smaller than the size, chips overlap. Used only with "Grid".</source>
<translation>Abstand der linken oder oberen Ränder benachbarter Chips in Pixeln. 0 steht für die Größe eines Chips. Ist er kleiner als die Größe eines Chips, überlappen sich die Chips. Nur bei „Gitter“ verwendet.</translation>
</message>
<message>
<source>Polygons that define the labels. Pixels get the class code of the polygon that contains their centre. Specify either polygons or a class raster, but not both. If you specify neither, no labels are written.</source>
<translation>Polygone, die die Labels festlegen. Pixel erhalten den Klassencode des Polygons, in dem ihre Mitte liegt. Geben Sie entweder Polygone oder ein Raster der Klassen an, aber nicht beides. Ohne beides werden keine Labels geschrieben.</translation>
</message>
<message>
<source>Field with the class of each polygon. Whole numbers are used as codes; strings are numbered from 1 in alphabetical order, skipping the codes of background and missing pixels. Every polygon must have a value. If no field is set, all polygons have code 1.</source>
<translation>Feld mit der Klasse jedes Polygons. Ganze Zahlen werden als Codes verwendet; Texte werden in alphabetischer Reihenfolge ab 1 nummeriert, wobei die Codes für den Hintergrund und für fehlende Pixel übersprungen werden. Jedes Polygon muss einen Wert haben. Ist kein Feld gewählt, haben alle Polygone den Code 1.</translation>
</message>
<message>
<source>Raster with class codes as whole numbers. If its grid differs from that of the input, the nearest pixels are used.</source>
<translation>Raster mit den Codes der Klassen als ganze Zahlen. Weicht sein Gitter von dem der Eingabe ab, werden die nächstgelegenen Pixel verwendet.</translation>
</message>
<message>
<source>Percentages of the blocks for train, val and test. They must add up to 100. The log reports the resulting shares of the chips.</source>
<translation>Prozentsätze der Blöcke für train, val und test. Sie müssen zusammen 100 ergeben. Das Protokoll nennt die tatsächlichen Anteile der Chips.</translation>
</message>
<message>
<source>Whether chips that extend beyond the raster are left out, padded with nodata or moved inward. Random chips extend beyond the raster only if the raster is smaller than a chip.</source>
<translation>Ob Chips, die über das Raster hinausreichen, ausgelassen, mit Leerwerten aufgefüllt oder nach innen verschoben werden. Zufällige Chips reichen nur über das Raster hinaus, wenn es kleiner als ein Chip ist.</translation>
</message>
<message>
<source>Numbers or names of the bands, separated by commas. If empty, all bands except an alpha band are used.</source>
<translation>Nummern oder Namen der Kanäle, durch Kommas getrennt. Wenn leer, werden alle Kanäle außer einem Alphakanal verwendet.</translation>
</message>
<message>
<source>Date or time of the first scene to use, in ISO 8601 and UTC. Used only with a list of scenes.</source>
<translation>Datum oder Zeit der ersten Szene, die verwendet wird, nach ISO 8601 und in UTC. Nur bei einer Liste von Szenen verwendet.</translation>
</message>
<message>
<source>Date or time of the last scene to use. A date includes the whole day. Used only with a list of scenes.</source>
<translation>Datum oder Zeit der letzten Szene, die verwendet wird. Ein Datum schließt den ganzen Tag ein. Nur bei einer Liste von Szenen verwendet.</translation>
</message>
<message>
<source>If greater than 0, time is divided into periods of this many days, and each period counts as one date of a chip. The periods begin at "Earliest acquisition date" or, if it is not set, at the first scene. They end at "Latest acquisition date" or, if it is not set, at the last scene. Periods without a scene are nodata. If a period has several scenes, each pixel is taken from the first scene in which it is valid and cloud-free.</source>
<translation>Wenn größer als 0, wird die Zeit in Zeiträume von so vielen Tagen eingeteilt, und jeder Zeitraum gilt als ein Datum eines Chips. Die Zeiträume beginnen mit „Frühestes Aufnahmedatum“ (wenn leer: mit der ersten Szene) und enden mit „Spätestes Aufnahmedatum“ (wenn leer: mit der letzten Szene). Für Zeiträume ohne Szene enthält ein Chip Leerwerte. Hat ein Zeitraum mehrere Szenen, stammt jedes Pixel aus der ersten Szene, in der es gültig und wolkenfrei ist.</translation>
</message>
<message>
<source>Values of the mask layer that indicate clouds, as a list of numbers and ranges such as 3,8-10. If empty, the default rule for the product of the mask layer is used. No pixels are masked out: the mask layer is used to count clouds and, within a period, to choose between scenes.</source>
<translation>Werte des Maskenlayers, die Wolken bedeuten, als Liste von Zahlen und Bereichen wie 3,8-10. Wenn leer, gilt die Standardregel für das Produkt des Maskenlayers. Der Maskenlayer verbirgt keine Pixel: Er dient dazu, Wolken zu zählen und innerhalb eines Zeitraums zwischen Szenen zu wählen.</translation>
</message>
<message>
<source>Bits of the mask layer that indicate clouds, such as 1-4. Bit 0 is the lowest. If you enter bits, the mask values are ignored.</source>
<translation>Bits des Maskenlayers, die Wolken bedeuten, zum Beispiel 1-4. Bit 0 ist das niedrigste. Wenn Sie Bits eingeben, werden die Maskenwerte ignoriert.</translation>
</message>
<message>
<source>Gives a label to all pixels that a polygon touches, not only to those whose centre is inside the polygon.</source>
<translation>Kennzeichnet alle Pixel, die ein Polygon berührt, und nicht nur die, deren Mitte im Polygon liegt.</translation>
</message>
<message>
<source>Band of the class raster that contains the class codes, counted from 1.</source>
<translation>Kanal des Rasters der Klassen, der die Klassencodes enthält, ab 1 gezählt.</translation>
</message>
<message>
<source>Label code of pixels outside all polygons. No class can have this code.</source>
<translation>Label-Code der Pixel außerhalb aller Polygone. Keine Klasse kann diesen Code haben.</translation>
</message>
<message>
<source>Label code of pixels that are missing on all dates, outside the raster, or nodata in the class raster. It is the nodata value of the labels. No class can have this code.</source>
<translation>Label-Code der Pixel, die an allen Daten fehlen, außerhalb des Rasters liegen oder im Raster der Klassen einen Leerwert haben. Er ist der Leerwert der Labels. Keine Klasse kann diesen Code haben.</translation>
</message>
<message>
<source>Minimum percentage of valid pixels, counted over all dates that have scenes. A pixel is valid on a date if it is valid in all bands. Chips with a lower percentage are left out.</source>
<translation>Mindestprozentsatz gültiger Pixel, gezählt über alle Daten mit Szenen. Ein Pixel ist an einem Datum gültig, wenn es in allen Kanälen gültig ist. Chips mit einem niedrigeren Prozentsatz werden ausgelassen.</translation>
</message>
<message>
<source>Maximum percentage of cloudy pixels according to the mask layers, counted over all dates that have scenes. Chips with a higher percentage are left out.</source>
<translation>Höchster Prozentsatz der Pixel, die laut den Maskenlayern Wolken sind, gezählt über alle Daten mit Szenen. Chips mit einem höheren Prozentsatz werden ausgelassen.</translation>
</message>
<message>
<source>Minimum percentage of pixels that belong to a class. Chips with a lower percentage are left out.</source>
<translation>Mindestprozentsatz der Pixel, die zu einer Klasse gehören. Chips mit einem niedrigeren Prozentsatz werden ausgelassen.</translation>
</message>
<message>
<source>Edge length of the square blocks that are assigned to train, val or test, in map units, or in pixels if the raster has no CRS. It must be at least the width of a chip; 0 stands for four times this width. With larger blocks, fewer chips are left out, but the shares of the splits can differ more from the percentages.</source>
<translation>Kantenlänge der quadratischen Blöcke, die train, val oder test zugeordnet werden, in Karteneinheiten oder, wenn das Raster kein KBS hat, in Pixeln. Sie muss mindestens so groß sein wie die Breite eines Chips; 0 steht für das Vierfache dieser Breite. Bei größeren Blöcken werden weniger Chips ausgelassen, aber die Anteile der Teile können stärker von den Prozentsätzen abweichen.</translation>
</message>
<message>
<source>Number that determines the splits and the random positions. The same number gives the same chips on every computer.</source>
<translation>Zahl, die die Aufteilung und die zufälligen Orte bestimmt. Dieselbe Zahl ergibt auf jedem Computer dieselben Chips.</translation>
</message>
<message>
<source>Writes Float32 values: either (value - mean) / standard deviation, or values scaled so that the 2nd percentile is 0 and the 98th percentile is 1. Statistics are computed from the chips in the train split. Percentiles require integers of up to 16 bits.</source>
<translation>Schreibt Float32-Werte: entweder (Wert - Mittelwert) / Standardabweichung oder Werte, die so skaliert sind, dass das 2. Perzentil 0 und das 98. Perzentil 1 ist. Die Statistik wird aus den Chips in train berechnet. Perzentile erfordern ganze Zahlen mit höchstens 16 Bit.</translation>
</message>
<message>
<source>GeoTIFFs, or NumPy archives that contain an array named "image" (date, band, row, column) or "label" (row, column).</source>
<translation>GeoTIFFs, oder NumPy-Archive, die ein Array namens „image“ (Datum, Kanal, Zeile, Spalte) oder „label“ (Zeile, Spalte) enthalten.</translation>
</message>
<message>
<source>Value that marks missing pixels. If empty, the value that all bands declare is used. If no band declares a value, an internal mask marks missing pixels of integer types. If no mask can be used (for floating-point types, for NumPy archives, or if different pixels can be missing on different dates), the value is -9999 for floating-point types, the lowest value of signed integer types and the highest value of unsigned integer types.</source>
<translation>Wert, der fehlende Pixel kennzeichnet. Wenn leer, wird der Wert verwendet, den alle Kanäle angeben. Gibt kein Kanal einen Wert an, kennzeichnet bei ganzzahligen Typen eine Maske in den Dateien fehlende Pixel. Wenn keine Maske möglich ist (bei Gleitkommatypen, bei NumPy-Archiven oder wenn an verschiedenen Daten verschiedene Pixel fehlen können), gilt: -9999 bei Gleitkommatypen, der kleinste Wert bei ganzzahligen Typen mit Vorzeichen und der größte bei solchen ohne Vorzeichen.</translation>
</message>
<message>
<source>GDAL creation options of the images, for example COMPRESS=ZSTD. If empty, every band is stored as one block with DEFLATE compression and a suitable predictor.</source>
<translation>GDAL-Erzeugungsoptionen der Bilder, zum Beispiel COMPRESS=ZSTD. Wenn leer, wird jeder Kanal als ein einziger Block mit DEFLATE-Kompression und einem passenden Prädiktor gespeichert.</translation>
</message>
<message>
<source>Edge length, in pixels, of square areas of the raster; chips that begin in the same area are read together. 0 chooses a size that suits the number of workers and the memory limit. The chips are the same for every size.</source>
<translation>Kantenlänge quadratischer Bereiche des Rasters in Pixeln; Chips, die im selben Bereich beginnen, werden zusammen gelesen. 0 wählt eine Größe, die zur Anzahl der Worker und zur Speichergrenze passt. Die Chips sind bei jeder Größe dieselben.</translation>
</message>
<message>
<source>Uses the finished files of an interrupted run with the same inputs and parameters. If the new run fails, its finished files are kept for the next run.</source>
<translation>Verwendet die fertigen Dateien eines unterbrochenen Laufs mit denselben Eingaben und Parametern. Schlägt der neue Lauf fehl, bleiben seine fertigen Dateien für den nächsten Lauf erhalten.</translation>
</message>
<message>
<source>Layer with the outline of each chip. Its attributes are the split, the files, and the percentages of missing pixels, clouds and classes.</source>
<translation>Layer mit dem Umriss jedes Chips. Seine Attribute sind der Teil, die Dateien und die Prozentsätze fehlender Pixel, der Wolken und der Klassen.</translation>
</message>
<message>
<source>HTML page that describes the run: its parameters, automatic decisions and chip counts, with a timeline of the workers, and pictures of some chips with their labels outlined.</source>
<translation>HTML-Seite, die den Lauf beschreibt: seine Parameter, seine automatischen Entscheidungen und die Anzahl der Chips, mit dem zeitlichen Ablauf der Worker und mit Bildern einiger Chips samt den Umrissen ihrer Labels.</translation>
</message>
<message>
<source>Folder for the chips. Chips of an earlier run in this folder are replaced when all new chips are complete.</source>
<translation>Verzeichnis für die Chips. Chips eines früheren Laufs in diesem Verzeichnis werden ersetzt, wenn alle neuen Chips vollständig sind.</translation>
</message>
<message>
<source>Creates a table with pixel statistics of a raster for each zone. The zones are rectangles of a fixed size (cells), the polygons of a layer, or the zones of another raster.</source>
<translation>Erstellt eine Tabelle mit Pixelstatistiken eines Rasters für jede Zone. Die Zonen sind Rechtecke fester Größe (Zellen), die Polygone eines Layers oder die Zonen eines anderen Rasters.</translation>
</message>
<message>
<source>A pixel is in a polygon if the centre of the pixel is inside the polygon. If polygons overlap, a pixel in the overlap is counted in each of them. A polygon that contains no pixel centre has a count of 0. The polygons are reprojected to the CRS of the raster if necessary.</source>
<translation>Ein Pixel liegt in einem Polygon, wenn sein Mittelpunkt darin liegt. Überlappen sich Polygone, zählt ein Pixel der Überlappung in jedem von ihnen. Ein Polygon, das keinen Pixelmittelpunkt enthält, hat die Anzahl 0. Die Polygone werden bei Bedarf in das KBS des Rasters transformiert.</translation>
</message>
<message>
<source>Only valid pixels are used: those that are finite, not nodata, and not hidden by a mask or an alpha band. The scale and offset of the bands are applied.</source>
<translation>Nur gültige Pixel werden verwendet: Ihre Werte sind endlich, kein Leerwert und weder durch eine Maske noch durch einen Alphakanal ausgeblendet. Skalierung und Versatz der Kanäle werden angewendet.</translation>
</message>
<message>
<source>The fields of the table are named after the band and the statistic, for example b1_mean. The fields of the polygon layer come first. If the zones are cells or polygons, the table contains their geometry.</source>
<translation>Die Felder der Tabelle sind nach Kanal und Statistik benannt, zum Beispiel b1_mean. Die Felder des Polygonlayers stehen davor. Wenn die Zonen Zellen oder Polygone sind, enthält die Tabelle ihre Geometrie.</translation>
</message>
<message>
<source>Every block of the raster is read once, whatever the number of zones. The results are the same to the last digit for every number of workers and every chunk size.</source>
<translation>Jeder Block des Rasters wird nur einmal gelesen, unabhängig von der Zahl der Zonen. Die Ergebnisse sind bei jeder Zahl von Workern und jeder Chunkgröße bis zur letzten Stelle gleich.</translation>
</message>
<message>
<source>To find the mean NDVI of each field of a farm, choose the NDVI raster, set "Zones" to "Polygon layer", and choose the layer that contains the fields. The mean is in the column b1_mean of the table.</source>
<translation>Um den mittleren NDVI jedes Feldes eines Betriebs zu ermitteln, wählen Sie das NDVI-Raster, die Zonen „Polygonlayer“ und den Layer der Felder. Der Mittelwert steht im Feld b1_mean der Tabelle.</translation>
</message>
<message>
<source>Bands for which statistics are computed. If empty, all bands except an alpha band are used.</source>
<translation>Kanäle, für die Statistiken berechnet werden. Wenn leer, werden alle Kanäle außer einem Alphakanal verwendet.</translation>
</message>
<message>
<source>What defines the zones: cells, polygons or the values of a raster. Parameters of the other two choices are ignored.</source>
<translation>Was die Zonen festlegt: Zellen, Polygone oder die Werte eines Rasters. Die Parameter der beiden anderen Möglichkeiten werden ignoriert.</translation>
</message>
<message>
<source>Width of a cell in pixels. The first cell starts at the upper left corner of the raster or of the extent; cells at the right edge can be narrower. Used only with "Cells".</source>
<translation>Breite einer Zelle in Pixeln. Die erste Zelle beginnt in der linken oberen Ecke des Rasters oder der Ausdehnung; am rechten Rand können Zellen schmaler sein. Wird nur bei den Zonen „Zellen“ verwendet.</translation>
</message>
<message>
<source>Height of a cell in pixels. Cells at the lower edge can be shorter. Used only with "Cells".</source>
<translation>Höhe einer Zelle in Pixeln. Am unteren Rand können die Zellen niedriger sein. Wird nur bei den Zonen „Zellen“ verwendet.</translation>
</message>
<message>
<source>Each polygon of this layer is one zone. Used only with "Polygon layer".</source>
<translation>Jedes Polygon dieses Layers ist eine Zone. Der Layer wird nur bei den Zonen „Polygonlayer“ verwendet.</translation>
</message>
<message>
<source>Field whose values identify the polygons in messages and in the field "zone" of the table. If no field is set, feature IDs are used. Polygons with the same value remain separate zones. If the value of a polygon is empty, its zone is empty too, and messages give its feature ID.</source>
<translation>Feld, dessen Werte die Polygone in Meldungen und im Feld „zone“ der Tabelle bezeichnen. Ist kein Feld gewählt, werden die Objektkennungen verwendet. Polygone mit demselben Wert bleiben getrennte Zonen. Ist der Wert eines Polygons leer, ist auch seine Zone leer, und Meldungen nennen seine Objektkennung.</translation>
</message>
<message>
<source>Integer raster on the same pixel grid as the input. All pixels with the same value are one zone; nodata pixels are in no zone. Used only with "Zone raster".</source>
<translation>Raster aus ganzen Zahlen im Pixelgitter der Eingabe. Alle Pixel mit demselben Wert bilden eine Zone; Pixel mit Leerwert gehören zu keiner Zone. Wird nur bei den Zonen „Zonenraster“ verwendet.</translation>
</message>
<message>
<source>Band of the zone raster that contains the zones.</source>
<translation>Kanal des Zonenrasters, der die Zonen enthält.</translation>
</message>
<message>
<source>Statistics to compute for each band. The share of valid pixels is the number of valid pixels divided by the number of all pixels of the zone inside the raster. The standard deviation is the population standard deviation. If several values are equally frequent, the majority is the lowest of them. Median and majority need more memory than the other statistics, because every distinct value of each zone is counted.</source>
<translation>Statistiken, die für jeden Kanal berechnet werden. Der Anteil gültiger Pixel ist die Zahl der gültigen Pixel geteilt durch die Zahl aller Pixel der Zone im Raster. Die Standardabweichung ist die der Grundgesamtheit. Sind mehrere Werte gleich häufig, ist der kleinste die Mehrheit. Median und Mehrheit brauchen mehr Speicher als die anderen Statistiken, weil jeder verschiedene Wert jeder Zone gezählt wird.</translation>
</message>
<message>
<source>Which scale and offset are applied to the stored values before the statistics are computed.</source>
<translation>Skalierung und Versatz, die vor der Berechnung der Statistiken auf die gespeicherten Werte angewendet werden.</translation>
</message>
<message>
<source>Scale of all bands. It must not be 0. Used only with "Scale and offset below".</source>
<translation>Skalierung aller Kanäle. Sie darf nicht 0 sein und wird nur bei „Skalierung und Versatz unten“ verwendet.</translation>
</message>
<message>
<source>Number of the overview to read; 0 is the first and largest. -1 uses full resolution or, if the open option OVERVIEW_LEVEL is set on the layer, the overview that this option selects.</source>
<translation>Nummer der Übersicht, die gelesen wird; 0 ist die erste und größte. -1 verwendet die volle Auflösung oder, wenn am Layer die Öffnungsoption OVERVIEW_LEVEL eingestellt ist, die damit gewählte Übersicht.</translation>
</message>
<message>
<source>Layer with one feature per zone. The layer appears only if the run succeeds.</source>
<translation>Layer mit einem Objekt je Zone. Der Layer erscheint nur, wenn der Lauf erfolgreich ist.</translation>
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
<source>Computes the NDVI tile by tile: "Tile raster" splits the input, "Normalized difference of tiles" computes the NDVI of each tile, and "Merge tiles" merges the results. The output is bit-identical to the output of "Parallel normalized difference". Use this model as an example of how the three algorithms work together, or open it in the model designer and adapt it.</source>
<translation>Berechnet den NDVI Kachel für Kachel: „Raster kacheln“ teilt die Eingabe auf, „Normalisierte Differenz von Kacheln“ berechnet den NDVI jeder Kachel, und „Kacheln zusammenführen“ führt die Ergebnisse zusammen. Die Ausgabe ist Bit für Bit dieselbe wie die von „Parallele normalisierte Differenz“. Verwenden Sie dieses Modell als Beispiel dafür, wie die drei Algorithmen zusammenarbeiten, oder öffnen Sie es in der Modellierung und passen Sie es an.</translation>
</message>
<message>
<source>Masks out clouds, then computes the NDVI: "Mask raster" masks all bands wherever the mask has one of the mask values, and "Parallel normalized difference" computes the NDVI of the masked raster. If no mask values are given, clouds and cloud shadows are masked out; the mask must then be a Sentinel-2 SCL, Landsat QA_PIXEL, HLS Fmask or MODIS state layer. Use this model as an example, or open it in the model designer and add steps that use the masked raster.</source>
<translation>Blendet Wolken aus und berechnet dann den NDVI: „Raster maskieren“ blendet in allen Kanälen die Pixel aus, an denen die Maske einen der Werte der Maske hat, und „Parallele normalisierte Differenz“ berechnet den NDVI des maskierten Rasters. Sind keine Werte der Maske angegeben, werden Wolken und Wolkenschatten ausgeblendet; die Maske muss dann ein SCL-Layer von Sentinel-2, QA_PIXEL von Landsat, Fmask von HLS oder ein state-Layer von MODIS sein. Verwenden Sie dieses Modell als Beispiel, oder öffnen Sie es in der Modellierung und ergänzen Sie Schritte, die das maskierte Raster verwenden.</translation>
</message>
<message>
<source>Finds the NDVI of each field: "Parallel normalized difference" computes the NDVI of the raster, and "Zonal and block statistics" computes its mean, its standard deviation and the share of valid pixels in each polygon. The resulting layer is coloured by the mean. Use this model as an example, or open it in the model designer and adapt it.</source>
<translation>Ermittelt den NDVI jedes Feldes: „Parallele normalisierte Differenz“ berechnet den NDVI des Rasters, und „Zonen- und Blockstatistik“ berechnet seinen Mittelwert, seine Standardabweichung und den Anteil gültiger Pixel in jedem Polygon. Der Ergebnislayer ist nach dem Mittelwert eingefärbt. Verwenden Sie dieses Modell als Beispiel, oder öffnen Sie es in der Modellierung und passen Sie es an.</translation>
</message>
<message>
<source>Folder of the scenes</source>
<translation>Verzeichnis der Szenen</translation>
</message>
<message>
<source>File name pattern</source>
<translation>Muster für Dateinamen</translation>
</message>
<message>
<source>Earliest acquisition date (for example 2024-03-01)</source>
<translation>Frühestes Aufnahmedatum (zum Beispiel 2024-03-01)</translation>
</message>
<message>
<source>Latest acquisition date</source>
<translation>Spätestes Aufnahmedatum</translation>
</message>
<message>
<source>Formula (A is the scene)</source>
<translation>Formel (A ist die Szene)</translation>
</message>
<message>
<source>Mask band, as number or name (for example SCL)</source>
<translation>Maskenkanal, als Nummer oder Name (zum Beispiel SCL)</translation>
</message>
<message>
<source>Mask values that hide a pixel (empty: automatic)</source>
<translation>Werte der Maske, die ein Pixel ausblenden (leer: automatisch)</translation>
</message>
<message>
<source>Computes the NDVI, or another formula, of each scene in a folder, and the median of all scenes between two dates. Clouds are masked out with the mask band of each scene. The output folder contains the median, the number of observations of each pixel, and a table of the scenes. Use this model as an example, or open it in the model designer and adapt it.</source>
<translation>Berechnet den NDVI oder eine andere Formel für jede Szene in einem Verzeichnis und den Median aller Szenen zwischen zwei Daten. Ein Maskenkanal der Szenen blendet Wolken aus. Das Ausgabeverzeichnis enthält den Median, die Anzahl der Beobachtungen jedes Pixels und eine Tabelle der Szenen. Nutzen Sie dieses Modell als Beispiel, oder öffnen Sie es in der Modellierung und passen Sie es an.</translation>
</message>
<message>
<source>URL of the catalogue</source>
<translation>URL des Katalogs</translation>
</message>
<message>
<source>Collections, separated by commas</source>
<translation>Sammlungen, durch Kommas getrennt</translation>
</message>
<message>
<source>Extent</source>
<translation>Ausdehnung</translation>
</message>
<message>
<source>Maximum cloud cover (percent)</source>
<translation>Maximale Wolkenbedeckung (Prozent)</translation>
</message>
<message>
<source>Assets (keys or band names)</source>
<translation>Assets (Schlüssel oder Namen von Kanälen)</translation>
</message>
<message>
<source>Mask asset (classes or quality bits)</source>
<translation>Maskenasset (Klassen oder Qualitätsbits)</translation>
</message>
<message>
<source>Computes cloud-free monthly medians from a catalogue: "Search a STAC catalogue" finds the scenes, "STAC items to aligned rasters" writes the pixels in the chosen extent as one raster for each day, and "Temporal composite" computes the median of each month. Clouds are masked out with the mask asset. Assets whose pixels do not coincide with the output's pixels are resampled with the nearest-neighbour method. Use this model as an example, or open it in the model designer and adapt it.</source>
<translation>Berechnet wolkenfreie Monatsmediane aus einem Katalog: „STAC-Katalog durchsuchen“ findet die Szenen, „STAC-Items zu ausgerichteten Rastern“ schreibt die Pixel in der Ausdehnung als ein Raster je Tag, und „Zeitliches Komposit“ berechnet den Median jedes Monats. Das Maskenasset blendet Wolken aus. Assets, deren Pixel nicht mit denen der Ausgabe zusammenfallen, werden mit der Abtastmethode „Nächster Nachbar“ umgerechnet. Verwenden Sie dieses Modell als Beispiel, oder öffnen Sie es in der Modellierung und passen Sie es an.</translation>
</message>
<message>
<source>Formula (A is the input raster)</source>
<translation>Formel (A ist das Eingaberaster)</translation>
</message>
<message>
<source>Standard deviation of the Gaussian filter (pixels)</source>
<translation>Standardabweichung des Gauß-Filters (Pixel)</translation>
</message>
<message>
<source>Threshold (larger values are objects)</source>
<translation>Schwellenwert (größere Werte sind Objekte)</translation>
</message>
<message>
<source>Turns a raster into objects: "Parallel raster calculator" computes a formula, "Focal filter" smooths the result with a Gaussian filter, "Label objects" gives each group of connected pixels above the threshold an id, and "Polygonize" draws the outlines of the objects. For the brightness of a raster with red, green and blue bands, use the formula 0.299 * A@1 + 0.587 * A@2 + 0.114 * A@3. Use this model as an example, or open it in the model designer and adapt it.</source>
<translation>Macht aus einem Raster Objekte: „Paralleler Rasterrechner“ berechnet eine Formel, „Fokaler Filter“ glättet das Ergebnis mit einem Gauß-Filter, „Objekte nummerieren“ gibt jeder Gruppe zusammenhängender Pixel über dem Schwellenwert eine Nummer, und „Vektorisieren“ zeichnet die Umrisse der Objekte. Für die Helligkeit eines Rasters mit den Kanälen Rot, Grün und Blau verwenden Sie die Formel 0.299 * A@1 + 0.587 * A@2 + 0.114 * A@3. Verwenden Sie dieses Modell als Beispiel, oder öffnen Sie es in der Modellierung und passen Sie es an.</translation>
</message>
<message>
<source>Bands, as numbers or names (empty: all)</source>
<translation>Kanäle, als Nummern oder Namen (leer: alle)</translation>
</message>
<message>
<source>Polygons with classes</source>
<translation>Polygone mit Klassen</translation>
</message>
<message>
<source>Field with the class</source>
<translation>Feld mit der Klasse</translation>
</message>
<message>
<source>Chip size (pixels)</source>
<translation>Größe eines Chips (Pixel)</translation>
</message>
<message>
<source>Cuts training chips from the monthly medians of a year: "Temporal composite" computes the median of the scenes of each month and writes all months to one stack, and "Training chips" cuts the stack into chips with labels. Clouds are masked out with the mask band of each scene; months without a scene are nodata. Use this model as an example, or open it in the model designer and adapt it.</source>
<translation>Schneidet Trainingschips aus den Monatsmedianen eines Jahres: „Zeitliches Komposit“ berechnet den Median der Szenen jedes Monats und schreibt alle Monate in einen Stapel, und „Trainingschips“ schneidet den Stapel in Chips mit Labels. Ein Maskenkanal der Szenen blendet Wolken aus; Monate ohne Szene enthalten nur Leerwerte. Verwenden Sie dieses Modell als Beispiel, oder öffnen Sie es in der Modellierung und passen Sie es an.</translation>
</message>
<message>
<source>The {count} tiles were not loaded: the maximum number of tiles to load, set in the Processing options, is {limit}.</source>
<translation>Die {count} Kacheln wurden nicht geladen: Die in den Verarbeitungsoptionen eingestellte Höchstzahl der zu ladenden Kacheln ist {limit}.</translation>
</message>
<message>
<source>Parallel raster calculator</source>
<translation>Paralleler Rasterrechner</translation>
</message>
<message>
<source>band math,map algebra,formula,expression,threshold,ratio,gdal_calc,parallel,dask</source>
<translation>Bandmathematik,Kartenalgebra,Formel,Ausdruck,Schwellwert,Verhältnis,Rasterrechner,gdal_calc,parallel,dask</translation>
</message>
<message>
<source>Formulas, one per output band</source>
<translation>Formeln, eine je Ausgabekanal</translation>
</message>
<message>
<source>Calculated</source>
<translation>Berechnet</translation>
</message>
<message>
<source>Calculated {raster}</source>
<translation>{raster} berechnet</translation>
</message>
<message>
<source>Raster calculator for tiles</source>
<translation>Rasterrechner für Kacheln</translation>
</message>
<message>
<source>band math,map algebra,formula,expression,batch,folder,many,parallel,dask</source>
<translation>Bandmathematik,Kartenalgebra,Formel,Ausdruck,Stapel,Ordner,viele,parallel,dask</translation>
</message>
<message>
<source>Formulas, one per output band (A stands for each raster in turn)</source>
<translation>Formeln, eine je Ausgabekanal (A steht nacheinander für jedes Raster)</translation>
</message>
<message>
<source>Calculated tiles</source>
<translation>Berechnete Kacheln</translation>
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
<source>Spectral index</source>
<translation>Spektralindex</translation>
</message>
<message>
<source>index,indices,vegetation,water,burn,urban,soil,snow,band math,formula,parallel,dask</source>
<translation>Index,Indizes,Vegetation,Wasser,Brand,Bebauung,Boden,Schnee,Kanalberechnung,Formel,parallel,dask,indices,water,burn,soil,snow</translation>
</message>
<message>
<source>Input rasters (all bands in one file, or one file per band)</source>
<translation>Eingaberaster (alle Kanäle in einer Datei oder eine Datei je Kanal)</translation>
</message>
<message>
<source>Indexes</source>
<translation>Indizes</translation>
</message>
<message>
<source>Sensor</source>
<translation>Sensor</translation>
</message>
<message>
<source>Bands (for example N=4,R=3 or N=B@1; empty: automatic)</source>
<translation>Kanäle (zum Beispiel N=4,R=3 oder N=B@1; leer: automatisch)</translation>
</message>
<message>
<source>Constants (for example L=0.5; empty: catalogue defaults)</source>
<translation>Konstanten (zum Beispiel L=0.5; leer: Vorgaben des Katalogs)</translation>
</message>
<message>
<source>Output nodata (empty: -9999)</source>
<translation>Leerwert der Ausgabe (leer: -9999)</translation>
</message>
<message>
<source>{count} indexes</source>
<translation>{count} Indizes</translation>
</message>
<message>
<source>Search a STAC catalogue</source>
<translation>STAC-Katalog durchsuchen</translation>
</message>
<message>
<source>stac,catalogue,catalog,search,items,sentinel,landsat,cloud cover,download</source>
<translation>stac,katalog,suche,items,szenen,sentinel,landsat,wolkenbedeckung,herunterladen</translation>
</message>
<message>
<source>Additional filter (CQL2 JSON)</source>
<translation>Zusätzlicher Filter (CQL2-JSON)</translation>
</message>
<message>
<source>Maximum number of items</source>
<translation>Größte Zahl der Items</translation>
</message>
<message>
<source>Authentication</source>
<translation>Authentifizierung</translation>
</message>
<message>
<source>GeoJSON files (*.geojson);;JSON files (*.json)</source>
<translation>GeoJSON-Dateien (*.geojson);;JSON-Dateien (*.json)</translation>
</message>
<message>
<source>STAC items</source>
<translation>STAC-Items</translation>
</message>
<message>
<source>Number of items</source>
<translation>Anzahl der Items</translation>
</message>
<message>
<source>STAC items to aligned rasters</source>
<translation>STAC-Items zu ausgerichteten Rastern</translation>
</message>
<message>
<source>stac,catalogue,items,download,stack,time series,sentinel,landsat,cog,aligned</source>
<translation>stac,katalog,items,herunterladen,stapel,zeitreihe,sentinel,landsat,cog,ausgerichtet</translation>
</message>
<message>
<source>Items (*.geojson *.json)</source>
<translation>STAC-Items (*.geojson *.json)</translation>
</message>
<message>
<source>STAC items (JSON file)</source>
<translation>STAC-Items (JSON-Datei)</translation>
</message>
<message>
<source>Raster whose grid is used, instead of an extent</source>
<translation>Raster, dessen Gitter verwendet wird, statt einer Ausdehnung</translation>
</message>
<message>
<source>CRS (empty: automatic)</source>
<translation>KBS (leer: automatisch)</translation>
</message>
<message>
<source>Pixel size in map units (empty: automatic)</source>
<translation>Pixelgröße in Karteneinheiten (leer: automatisch)</translation>
</message>
<message>
<source>Resampling of assets that are not aligned with the output</source>
<translation>Abtastmethode für nicht ausgerichtete Assets</translation>
</message>
<message>
<source>Items combined into one raster</source>
<translation>Items, die ein Raster bilden</translation>
</message>
<message>
<source>Scenes</source>
<translation>Szenen</translation>
</message>
<message>
<source>List of scenes</source>
<translation>Liste der Szenen</translation>
</message>
<message>
<source>Virtual raster of all scenes</source>
<translation>Virtuelles Raster aller Szenen</translation>
</message>
<message>
<source>Table of items</source>
<translation>Tabelle der Items</translation>
</message>
<message>
<source>Number of scenes</source>
<translation>Anzahl der Szenen</translation>
</message>
<message>
<source>If an item exists in several versions</source>
<translation>Wenn es ein Item in mehreren Fassungen gibt</translation>
</message>
<message>
<source>Read overviews if the output has larger pixels than an asset</source>
<translation>Übersichten lesen, wenn die Ausgabe größere Pixel als ein Asset hat</translation>
</message>
<message>
<source>Signing of URLs</source>
<translation>Signieren der URLs</translation>
</message>
<message>
<source>URL of the signing service</source>
<translation>URL des Signaturdienstes</translation>
</message>
<message>
<source>Authentication for the signing service</source>
<translation>Authentifizierung für den Signaturdienst</translation>
</message>
<message>
<source>Retries per request</source>
<translation>Wiederholungen je Anfrage</translation>
</message>
<message>
<source>Files read at once</source>
<translation>Gleichzeitig gelesene Dateien</translation>
</message>
<message>
<source>If a scene cannot be read</source>
<translation>Wenn eine Szene nicht gelesen werden kann</translation>
</message>
<message>
<source>Resume an unfinished run</source>
<translation>Unvollendeten Lauf fortsetzen</translation>
</message>
<message>
<source>Temporal composite</source>
<translation>Zeitliches Komposit</translation>
</message>
<message>
<source>time series,median,monthly,season,cloud-free,medoid,percentile,stack,parallel,dask</source>
<translation>Zeitreihe,Median,monatlich,Jahreszeit,wolkenfrei,Medoid,Perzentil,Stapel,Komposit,parallel,dask</translation>
</message>
<message>
<source>List of scenes (scenes.json) or STAC items</source>
<translation>Szenenliste (scenes.json) oder STAC-Items</translation>
</message>
<message>
<source>Scenes (*.json *.geojson)</source>
<translation>Szenen (*.json *.geojson)</translation>
</message>
<message>
<source>Period of each output</source>
<translation>Zeitraum jeder Ausgabe</translation>
</message>
<message>
<source>Combine scenes by</source>
<translation>Szenen verbinden durch</translation>
</message>
<message>
<source>Composites</source>
<translation>Komposite</translation>
</message>
<message>
<source>Stack of all periods</source>
<translation>Stapel aller Zeiträume</translation>
</message>
<message>
<source>Table of scenes</source>
<translation>Tabelle der Szenen</translation>
</message>
<message>
<source>Number of periods</source>
<translation>Anzahl der Zeiträume</translation>
</message>
<message>
<source>Read STAC assets over the network</source>
<translation>STAC-Assets über das Netzwerk lesen</translation>
</message>
<message>
<source>Regular expression for file names (named groups: date, band, scene)</source>
<translation>Regulärer Ausdruck für Dateinamen (benannte Gruppen: date, band, scene)</translation>
</message>
<message>
<source>Table of dates (CSV with columns "file" and "datetime")</source>
<translation>Tabelle der Daten (CSV mit den Spalten „file“ und „datetime“)</translation>
</message>
<message>
<source>Combine the same period across all years</source>
<translation>Denselben Zeitraum aller Jahre verbinden</translation>
</message>
<message>
<source>Periods without a scene</source>
<translation>Zeiträume ohne Szene</translation>
</message>
<message>
<source>Treat scenes of one day as one observation</source>
<translation>Szenen eines Tages als eine Beobachtung behandeln</translation>
</message>
<message>
<source>File name of a scene's mask (for example {scene}_SCL.tif)</source>
<translation>Dateiname der Maske einer Szene (zum Beispiel {scene}_SCL.tif)</translation>
</message>
<message>
<source>Values to combine</source>
<translation>Werte, die verbunden werden</translation>
</message>
<message>
<source>Formula for the values to combine, or for "Best scene" (A is the scene)</source>
<translation>Formel für die Werte, die verbunden werden, oder für „Beste Szene“ (A ist die Szene)</translation>
</message>
<message>
<source>Percentile (for "Percentile")</source>
<translation>Perzentil (für „Perzentil“)</translation>
</message>
<message>
<source>Minimum number of observations of a pixel</source>
<translation>Mindestanzahl der Beobachtungen eines Pixels</translation>
</message>
<message>
<source>Output files</source>
<translation>Ausgabedateien</translation>
</message>
<message>
<source>Also write the number of observations of each pixel</source>
<translation>Auch die Anzahl der Beobachtungen jedes Pixels schreiben</translation>
</message>
<message>
<source>Also write the day of the scene chosen for each pixel</source>
<translation>Auch den Tag der für jedes Pixel ausgewählten Szene schreiben</translation>
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
<source>Tile columns</source>
<translation>Kachelspalten</translation>
</message>
<message>
<source>Tile rows</source>
<translation>Kachelzeilen</translation>
</message>
<message>
<source>Tile width (pixels or map units)</source>
<translation>Kachelbreite (Pixel oder Karteneinheiten)</translation>
</message>
<message>
<source>Tile height (pixels or map units)</source>
<translation>Kachelhöhe (Pixel oder Karteneinheiten)</translation>
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
<source>Tiles that extend beyond the raster</source>
<translation>Kacheln, die über das Raster hinausreichen</translation>
</message>
<message>
<source>Align tiles to</source>
<translation>Kacheln ausrichten an</translation>
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
<source>Minimum percentage of valid pixels in a tile (other tiles are skipped)</source>
<translation>Mindestanteil gültiger Pixel einer Kachel in Prozent (andere Kacheln werden ausgelassen)</translation>
</message>
<message>
<source>Name template (tokens {name} {row} {col} {id} {x} {y})</source>
<translation>Namensvorlage (Platzhalter {name} {row} {col} {id} {x} {y})</translation>
</message>
<message>
<source>Maximum number of tiles</source>
<translation>Höchstzahl der Kacheln</translation>
</message>
<message>
<source>Tiles of {name}</source>
<translation>Kacheln von {name}</translation>
</message>
<message>
<source>Training chips</source>
<translation>Trainingschips</translation>
</message>
<message>
<source>patches,samples,labels,machine learning,deep learning,segmentation,train,split,numpy</source>
<translation>Bildausschnitte,Stichproben,Labels,maschinelles Lernen,Deep Learning,Segmentierung,Training,Aufteilung,NumPy</translation>
</message>
<message>
<source>List of scenes (scenes.json)</source>
<translation>Szenenliste (scenes.json)</translation>
</message>
<message>
<source>Positions of the chips</source>
<translation>Orte der Chips</translation>
</message>
<message>
<source>Points or polygons (for "Centred on points or polygons")</source>
<translation>Punkte oder Polygone (für „Um Punkte oder Polygone zentriert“)</translation>
</message>
<message>
<source>Number of chips (for "Random")</source>
<translation>Anzahl der Chips (für „Zufällig“)</translation>
</message>
<message>
<source>Stride (pixels; 0: chip size)</source>
<translation>Schrittweite (Pixel; 0: Größe eines Chips)</translation>
</message>
<message>
<source>Class raster</source>
<translation>Raster der Klassen</translation>
</message>
<message>
<source>Percentages of train, val and test</source>
<translation>Prozentsätze von train, val und test</translation>
</message>
<message>
<source>Chips</source>
<translation>Chips</translation>
</message>
<message>
<source>Chip index</source>
<translation>Chip-Index</translation>
</message>
<message>
<source>List of the chips</source>
<translation>Liste der Chips</translation>
</message>
<message>
<source>Number of chips</source>
<translation>Anzahl der Chips</translation>
</message>
<message>
<source>Chips that extend beyond the raster</source>
<translation>Chips, die über das Raster hinausreichen</translation>
</message>
<message>
<source>Length of a period in days (0: one date per scene)</source>
<translation>Länge eines Zeitraums in Tagen (0: ein Datum pro Szene)</translation>
</message>
<message>
<source>Mask values for clouds (empty: automatic)</source>
<translation>Maskenwerte, die Wolken bedeuten (leer: automatisch)</translation>
</message>
<message>
<source>Mask bits for clouds (for example 1-4), instead of mask values</source>
<translation>Maskenbits, die Wolken bedeuten (zum Beispiel 1-4), statt Werten</translation>
</message>
<message>
<source>Label all pixels that a polygon touches</source>
<translation>Alle Pixel kennzeichnen, die ein Polygon berührt</translation>
</message>
<message>
<source>Band of the class raster</source>
<translation>Kanal des Rasters der Klassen</translation>
</message>
<message>
<source>Label code of pixels outside all polygons</source>
<translation>Label-Code der Pixel außerhalb aller Polygone</translation>
</message>
<message>
<source>Label code of pixels without data</source>
<translation>Label-Code der Pixel ohne Daten</translation>
</message>
<message>
<source>Minimum percentage of valid pixels</source>
<translation>Mindestprozentsatz gültiger Pixel</translation>
</message>
<message>
<source>Maximum percentage of clouds</source>
<translation>Höchstprozentsatz von Wolken</translation>
</message>
<message>
<source>Minimum percentage of labelled pixels</source>
<translation>Mindestprozentsatz von Pixeln mit Label</translation>
</message>
<message>
<source>Edge length of the blocks for train, val and test (map units; 0: four chip widths)</source>
<translation>Kantenlänge der Blöcke für die Aufteilung (Karteneinheiten; 0: vier Chipbreiten)</translation>
</message>
<message>
<source>Seed for the splits and random positions</source>
<translation>Startwert der Aufteilung und der zufälligen Orte</translation>
</message>
<message>
<source>Normalize</source>
<translation>Normieren</translation>
</message>
<message>
<source>Format</source>
<translation>Format</translation>
</message>
<message>
<source>Zonal and block statistics</source>
<translation>Zonen- und Blockstatistik</translation>
</message>
<message>
<source>zones,polygons,fields,blocks,cells,table,mean,median,majority,summary,parallel,dask</source>
<translation>Zonen,Polygone,Felder,Blöcke,Zellen,Tabelle,Mittelwert,Median,Mehrheit,Zusammenfassung,parallel,dask</translation>
</message>
<message>
<source>Zones</source>
<translation>Zonen</translation>
</message>
<message>
<source>Cell width (pixels)</source>
<translation>Zellenbreite (Pixel)</translation>
</message>
<message>
<source>Cell height (pixels)</source>
<translation>Zellenhöhe (Pixel)</translation>
</message>
<message>
<source>Field with the names of the zones</source>
<translation>Feld mit den Namen der Zonen</translation>
</message>
<message>
<source>Band of the zone raster</source>
<translation>Kanal des Zonenrasters</translation>
</message>
<message>
<source>Statistics</source>
<translation>Statistiken</translation>
</message>
<message>
<source>Table of statistics</source>
<translation>Tabelle der Statistiken</translation>
</message>
<message>
<source>Number of zones</source>
<translation>Anzahl der Zonen</translation>
</message>
<message>
<source>Statistics of {raster}</source>
<translation>Statistiken von {raster}</translation>
</message>
</context>
</TS>
