"""Any moment again, for whatever door: a case, a linked dossier, a department's worklist as of two instants."""
