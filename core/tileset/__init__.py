"""Write sets of files to a folder, with a manifest, a journal and safe file names; list the files of such a folder."""
