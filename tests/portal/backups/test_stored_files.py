from portal.backups.stored_files import stored_file_tables
from portal.database import Base


def test_each_table_that_names_stored_files_is_known_to_backups(app):
    naming_tables = {table.name for table in Base.metadata.tables.values() if "stored_as" in table.columns}
    assert naming_tables == set(stored_file_tables(app)), "add_stored_files in the wiring of its package"
