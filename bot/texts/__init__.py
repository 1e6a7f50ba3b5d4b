"""Every sentence a member can read but for the lesson's, by what it is about."""
